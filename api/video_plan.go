package api

import (
	"fmt"
	"maps"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/gpu"
	"github.com/avloom/avloom/internal/astiavx"
)

// videoPlan is a VideoConfig that has been checked as far as it can be without a container. It never changes: an Open that was left behind may still read it.
type videoPlan struct {
	cfg         VideoConfig
	rate        astiav.Rational
	pixelAspect astiav.Rational // zero: not said
	threads     int             // that the config asks for; 0: those of the share
	share       threadShare
	inputFormat astiav.PixelFormat
	raw         astiavx.RawPicture // of Raw frames
	color       colorSettings
	cudaContext uintptr // of the caller's; 0: the device's primary one
	headerFirst bool    // the container needs the codec's header before the first packet
}

// reservedVideoOptions are options of libavcodec, or of the ffmpeg command, that belong to a field.
var reservedVideoOptions = map[string]string{
	"pixel_format": "PixelFormat", "pix_fmt": "PixelFormat", "video_size": "Width and Height", "s": "Width and Height",
	"time_base": "FrameRate", "framerate": "FrameRate", "r": "FrameRate", "c": "Codec", "c:v": "Codec", "codec": "Codec", "vcodec": "Codec",
	"q": quality, "qscale": quality, "q:v": quality, "qscale:v": quality,
}

// The qualities are what the ffmpeg command makes of its -q (ffmpeg_mux_init.c): FF_QP2LAMBDA times it.
const (
	audioQuality = `ExtraOptions[global_quality], at 118 for each step, and ExtraOptions[flags] to "+qscale",`
	quality      = "CRF, or where there is none " + audioQuality
)

// handledVideoOptions are not set as options, but understood.
var handledVideoOptions = map[string]string{
	"colorspace": "", "color_range": "", "color_primaries": "", "color_trc": "", "chroma_sample_location": "", "threads": "",
}

// newVideoPlan checks what can be known before there is a container.
func newVideoPlan(cfg VideoConfig) (*videoPlan, error) {
	cfg.ExtraOptions = maps.Clone(cfg.ExtraOptions) // the caller may change what the config refers to
	if cfg.CRF != nil {
		crf := *cfg.CRF
		cfg.CRF = &crf
	}
	p := &videoPlan{cfg: cfg}
	for _, check := range []func() error{p.checkNames, p.checkSize, p.checkRate, p.checkPixelAspect, p.checkTag, p.checkDevice, p.checkInput, p.checkChoices} {
		if err := check(); err != nil {
			return nil, err
		}
	}
	if cfg.Codec == "" {
		return p, nil
	}
	codec, err := p.resolve()
	if err != nil || codec == nil {
		return p, err
	}
	_, err = p.settle(codec)
	return p, err
}

// checkNames finds names that C would cut short.
func (p *videoPlan) checkNames() error {
	c := &p.cfg
	return checkTexts(
		setting{"Device", c.Device}, setting{"Codec", c.Codec}, setting{"PixelFormat", c.PixelFormat}, setting{"Preset", c.Preset},
		setting{"InputFormat", c.InputFormat}, setting{"ColorSpace", c.ColorSpace}, setting{"ColorRange", c.ColorRange},
		setting{"ColorPrimaries", c.ColorPrimaries}, setting{"ColorTransfer", c.ColorTransfer},
	)
}

func (p *videoPlan) checkSize() error {
	width, height := p.cfg.Width, p.cfg.Height
	for _, side := range []struct {
		field string
		n     int
	}{{"Width", width}, {"Height", height}} {
		if side.n <= 0 {
			return &ConfigError{Field: side.field, Value: side.n, Reason: "must be above 0: the size of the input frames in pixels"}
		}
	}
	if astiavx.ValidSize(width, height) {
		return nil
	}
	field, larger := "Width", width
	if height > width {
		field, larger = "Height", height
	}
	return &ConfigError{Field: field, Value: larger, Reason: fmt.Sprintf("%d×%d pixels are more than FFmpeg takes; about 16000×16000 is the most", width, height)}
}

func (p *videoPlan) checkRate() error {
	rate, ok := frameRate(p.cfg.FrameRate)
	if !ok {
		return &ConfigError{Field: "FrameRate", Value: p.cfg.FrameRate, Reason: "must be frames per second, from 0.000001 to 2147483647, such as 30 or 30000.0/1001"}
	}
	p.rate = rate
	return nil
}

func (p *videoPlan) checkDevice() error {
	if p.cfg.Device == "" || p.cfg.Device == "cpu" {
		return nil
	}
	if !p.onCUDA() {
		return &ConfigError{Field: "Device", Value: p.cfg.Device, Reason: "there is no such device", Supported: []string{"cpu", "cuda", "cuda:N"}}
	}
	if gpuOption, ok := p.cfg.ExtraOptions["gpu"]; ok {
		return &ConfigError{Field: extraField("gpu"), Value: gpuOption, Reason: "set Device instead"}
	}
	if p.cfg.PixelFormat != "" {
		return &ConfigError{Field: "PixelFormat", Value: p.cfg.PixelFormat, Reason: "must be empty on CUDA, which encodes nv12"}
	}
	return nil
}

func (p *videoPlan) onCUDA() bool {
	_, ok := gpu.ParseDevice(p.cfg.Device)
	return ok
}

func (p *videoPlan) checkInput() error {
	name := p.cfg.InputFormat
	if name == "" {
		name = "rgb24"
	}
	format := astiav.FindPixelFormatByName(name)
	if format == astiav.PixelFormatNone || astiavx.DescribePixelFormat(format).Hardware {
		return unknownPixelFormat("InputFormat", name, astiavx.PixelFormats(astiavx.CanScaleFrom))
	}
	encoded := astiav.FindPixelFormatByName(p.cfg.PixelFormat)
	if p.cfg.PixelFormat != "" && encoded != format && !astiavx.CanScaleFrom(format) {
		reason := "there is no conversion from it; it can only be encoded as it is, with PixelFormat " + name
		return &ConfigError{Field: "InputFormat", Value: name, Reason: reason}
	}
	p.inputFormat = format
	var ok bool
	if p.raw, ok = astiavx.RawLayout(format, p.cfg.Width, p.cfg.Height); !ok {
		return &ConfigError{Field: "InputFormat", Value: name, Reason: fmt.Sprintf("cannot hold %d×%d pixels", p.cfg.Width, p.cfg.Height)}
	}
	if astiavx.DescribePixelFormat(format).Mosaic && min(p.cfg.Width, p.cfg.Height) < 2 { // swscale would end the process
		return &ConfigError{Field: "InputFormat", Value: name, Reason: fmt.Sprintf("has blocks of 2×2 pixels; %d×%d hold none", p.cfg.Width, p.cfg.Height)}
	}
	return nil
}

func (p *videoPlan) checkChoices() error {
	cfg := &p.cfg
	var err error
	if p.color, err = newColorSettings(cfg); err != nil {
		return err
	}
	if cfg.OddSize < 0 || int(cfg.OddSize) >= len(oddSizeNames) {
		return &ConfigError{Field: "OddSize", Value: int(cfg.OddSize), Reason: "there is no such choice", Supported: oddSizeNames}
	}
	return firstError(
		p.color.check(),
		reserved(cfg.ExtraOptions, reservedVideoOptions),
		twice(cfg.ExtraOptions, "crf", "CRF", cfg.CRF != nil),
		twice(cfg.ExtraOptions, "aspect", "PixelAspect", cfg.PixelAspect != 0),
		twice(cfg.ExtraOptions, "preset", "Preset", cfg.Preset != ""),
		twice(cfg.ExtraOptions, "threads", "Threads", cfg.Threads != 0),
		twice(cfg.ExtraOptions, "colorspace", "ColorSpace", cfg.ColorSpace != ""),
		twice(cfg.ExtraOptions, "color_range", "ColorRange", cfg.ColorRange != ""),
		twice(cfg.ExtraOptions, "color_primaries", "ColorPrimaries", cfg.ColorPrimaries != ""),
		twice(cfg.ExtraOptions, "color_trc", "ColorTransfer", cfg.ColorTransfer != ""),
		p.checkThreads(),
	)
}

// mostAskedThreads is more than any encoder makes use of. Some would start as many as they are told.
const mostAskedThreads = 4096

// checkThreads takes the number of threads from the field or the option.
func (p *videoPlan) checkThreads() error {
	p.threads = p.cfg.Threads
	if p.threads < 0 || p.threads > mostAskedThreads {
		return &ConfigError{Field: "Threads", Value: p.threads, Reason: fmt.Sprintf("must be from 0 to %d; 0 means as many as it profits from", mostAskedThreads)}
	}
	given, ok := p.cfg.ExtraOptions["threads"]
	if !ok {
		return nil
	}
	text, err := optionText("threads", given)
	if err != nil {
		return err
	}
	o := codecOption{field: extraField("threads"), key: "threads", value: text, given: given}
	n, err := astiavx.CheckEncoderOption("", "threads", text)
	if err != nil || isFraction(text) || n > mostAskedThreads {
		return o.wrong(fmt.Sprintf("must be a whole number from 0 to %d; 0 means as many as it profits from", mostAskedThreads))
	}
	p.threads = int(n)
	return nil
}

// withShare is the plan with a share of a thread budget, which counts where the config does not
// say.
func (p *videoPlan) withShare(s threadShare) *videoPlan {
	shared := *p
	shared.share = s
	return &shared
}

// withThreads is the plan with as many threads as an encoder makes use of, where the config does
// not say, and how much of its share that is.
func (p *videoPlan) withThreads(encoder string, s settledVideo) (shared *videoPlan, used int) {
	if p.threads != 0 || p.onCUDA() {
		return p, 0
	}
	own := *p
	own.threads, used = p.share.of(encoder, s.width, s.height, s.own)
	return &own, used
}

// cores is on how many the stream's conversion may work.
func (p *videoPlan) cores() int {
	if p.threads != 0 {
		return p.threads
	}
	return p.share.cores()
}

// withHeaderFirst is the plan for a container whose header cannot be mended when the first packet is there.
func (p *videoPlan) withHeaderFirst(yes bool) *videoPlan {
	with := *p
	with.headerFirst = yes
	return &with
}

// options are all options that the config names, except those that are handled elsewhere.
func (p *videoPlan) options() ([]codecOption, error) {
	var list []codecOption
	if p.cfg.Preset != "" {
		list = append(list, codecOption{field: "Preset", key: "preset", value: p.cfg.Preset, given: p.cfg.Preset})
	}
	if p.cfg.CRF != nil {
		text, ok := plainText(*p.cfg.CRF)
		if !ok {
			return nil, &ConfigError{Field: "CRF", Value: *p.cfg.CRF, Reason: "must be a finite number"}
		}
		list = append(list, codecOption{field: "CRF", key: "crf", value: text, given: *p.cfg.CRF})
	}
	extra, err := sortedOptions(p.cfg.ExtraOptions, handledVideoOptions)
	return append(list, extra...), err
}

// said tells by which field each option is set, by the option's flat key.
func (p *videoPlan) said(options []codecOption) map[string]string {
	said := map[string]string{}
	for _, o := range options {
		said[flatKey(o.key)] = o.field
	}
	if p.cfg.Threads != 0 {
		said["threads"] = "Threads"
	} else if _, ok := p.cfg.ExtraOptions["threads"]; ok && p.threads != 0 {
		said["threads"] = extraField("threads")
	}
	return said
}
