package plan

import (
	"fmt"
	"maps"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/gpu"
	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/avoption"
	"github.com/avloom/avloom/internal/color"
	"github.com/avloom/avloom/internal/fault"
)

// Video is a VideoConfig that has been checked as far as it can be without a container. It never
// changes: an Open that was left behind may still read it.
type Video struct {
	Config      VideoConfig
	Rate        astiav.Rational
	PixelAspect astiav.Rational // zero: not said
	Threads     int             // that the config asks for; 0: those of the share
	InputFormat astiav.PixelFormat
	raw         astiavx.RawPicture // of Raw frames
	Color       color.Wishes
}

// reservedVideoOptions are options of libavcodec, or of the ffmpeg command, that belong to a field.
var reservedVideoOptions = map[string]string{
	"pixel_format": "PixelFormat",
	"pix_fmt":      "PixelFormat",
	"video_size":   "Width and Height",
	"s":            "Width and Height",
	"time_base":    "FrameRate",
	"framerate":    "FrameRate",
	"r":            "FrameRate",
	"c":            "Codec",
	"c:v":          "Codec",
	"codec":        "Codec",
	"vcodec":       "Codec",
	"q":            quality,
	"qscale":       quality,
	"q:v":          quality,
	"qscale:v":     quality,
}

// The qualities are what the ffmpeg command makes of its -q (ffmpeg_mux_init.c): FF_QP2LAMBDA times
// it.
const (
	audioQuality = `ExtraOptions[global_quality], at 118 for each step, and ExtraOptions[flags] to "+qscale",`
	quality      = "CRF, or where there is none " + audioQuality
)

// handledVideoOptions are not set as options, but understood.
var handledVideoOptions = map[string]string{
	"colorspace":             "",
	"color_range":            "",
	"color_primaries":        "",
	"color_trc":              "",
	"chroma_sample_location": "",
	"threads":                "",
}

// NewVideo checks what can be known before there is a container.
func NewVideo(cfg VideoConfig) (*Video, error) {
	cfg.ExtraOptions = maps.Clone(cfg.ExtraOptions) // the caller may change what the config refers to
	if cfg.CRF != nil {
		crf := *cfg.CRF
		cfg.CRF = &crf
	}
	p := &Video{Config: cfg}
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
	_, err = p.ForEncoder(codec)
	return p, err
}

// checkNames finds names that C would cut short.
func (p *Video) checkNames() error {
	c := &p.Config
	return avoption.CheckTexts(
		avoption.Setting{
			Field: "Device",
			Value: c.Device,
		},
		avoption.Setting{Field: "Codec", Value: c.Codec},
		avoption.Setting{Field: "PixelFormat", Value: c.PixelFormat},
		avoption.Setting{Field: "Preset", Value: c.Preset},
		avoption.Setting{
			Field: "InputFormat",
			Value: c.InputFormat,
		},
		avoption.Setting{Field: "ColorSpace", Value: c.ColorSpace},
		avoption.Setting{Field: "ColorRange", Value: c.ColorRange},
		avoption.Setting{
			Field: "ColorPrimaries",
			Value: c.ColorPrimaries,
		},
		avoption.Setting{Field: "ColorTransfer", Value: c.ColorTransfer},
	)
}

func (p *Video) checkSize() error {
	width, height := p.Config.Width, p.Config.Height
	for _, side := range []struct {
		field string
		n     int
	}{{"Width", width}, {"Height", height}} {
		if side.n <= 0 {
			return &fault.ConfigError{
				Field:  side.field,
				Value:  side.n,
				Reason: "must be above 0: the size of the input frames in pixels",
			}
		}
	}
	if astiavx.ValidSize(width, height) {
		return nil
	}
	field, larger := "Width", width
	if height > width {
		field, larger = "Height", height
	}
	return &fault.ConfigError{
		Field:  field,
		Value:  larger,
		Reason: fmt.Sprintf("%d×%d pixels are more than FFmpeg takes; about 16000×16000 is the most", width, height),
	}
}

func (p *Video) checkRate() error {
	rate, ok := frameRate(p.Config.FrameRate)
	if !ok {
		return &fault.ConfigError{
			Field:  "FrameRate",
			Value:  p.Config.FrameRate,
			Reason: "must be frames per second, from 0.000001 to 2147483647, such as 30 or 30000.0/1001",
		}
	}
	p.Rate = rate
	return nil
}

func (p *Video) checkDevice() error {
	if p.Config.Device == "" || p.Config.Device == "cpu" {
		return nil
	}
	if !p.OnCUDA() {
		return &fault.ConfigError{
			Field:     "Device",
			Value:     p.Config.Device,
			Reason:    "there is no such device",
			Supported: []string{"cpu", "cuda", "cuda:N"},
		}
	}
	if gpuOption, ok := p.Config.ExtraOptions["gpu"]; ok {
		return &fault.ConfigError{Field: avoption.ExtraField("gpu"), Value: gpuOption, Reason: "set Device instead"}
	}
	if p.Config.PixelFormat != "" {
		return &fault.ConfigError{
			Field:  "PixelFormat",
			Value:  p.Config.PixelFormat,
			Reason: "must be empty on CUDA, which encodes nv12",
		}
	}
	return nil
}

func (p *Video) OnCUDA() bool {
	_, ok := gpu.ParseDevice(p.Config.Device)
	return ok
}

func (p *Video) checkInput() error {
	name := p.Config.InputFormat
	if name == "" {
		name = "rgb24"
	}
	format := astiav.FindPixelFormatByName(name)
	if format == astiav.PixelFormatNone || astiavx.DescribePixelFormat(format).Hardware {
		return unknownPixelFormat("InputFormat", name, astiavx.PixelFormats(astiavx.CanScaleFrom))
	}
	encoded := astiav.FindPixelFormatByName(p.Config.PixelFormat)
	if p.Config.PixelFormat != "" && encoded != format && !astiavx.CanScaleFrom(format) {
		reason := "there is no conversion from it; it can only be encoded as it is, with PixelFormat " + name
		return &fault.ConfigError{Field: "InputFormat", Value: name, Reason: reason}
	}
	p.InputFormat = format
	var ok bool
	if p.raw, ok = astiavx.RawLayout(format, p.Config.Width, p.Config.Height); !ok {
		return &fault.ConfigError{
			Field:  "InputFormat",
			Value:  name,
			Reason: fmt.Sprintf("cannot hold %d×%d pixels", p.Config.Width, p.Config.Height),
		}
	}
	if astiavx.DescribePixelFormat(format).Mosaic &&
		min(p.Config.Width, p.Config.Height) < 2 { // swscale would end the process
		return &fault.ConfigError{
			Field:  "InputFormat",
			Value:  name,
			Reason: fmt.Sprintf("has blocks of 2×2 pixels; %d×%d hold none", p.Config.Width, p.Config.Height),
		}
	}
	return nil
}

func (p *Video) checkChoices() error {
	cfg := &p.Config
	var err error
	fields := color.Fields{
		Space: cfg.ColorSpace, Range: cfg.ColorRange, Primaries: cfg.ColorPrimaries, Transfer: cfg.ColorTransfer,
	}
	if p.Color, err = color.NewWishes(fields, cfg.ExtraOptions); err != nil {
		return err
	}
	if cfg.OddSize < 0 || int(cfg.OddSize) >= len(OddSizeNames) {
		return &fault.ConfigError{
			Field:     "OddSize",
			Value:     int(cfg.OddSize),
			Reason:    "there is no such choice",
			Supported: OddSizeNames,
		}
	}
	return fault.First(
		p.Color.Check(),
		avoption.CheckReserved(cfg.ExtraOptions, reservedVideoOptions),
		avoption.CheckNotSetTwice(cfg.ExtraOptions, "crf", "CRF", cfg.CRF != nil),
		avoption.CheckNotSetTwice(cfg.ExtraOptions, "aspect", "PixelAspect", cfg.PixelAspect != 0),
		avoption.CheckNotSetTwice(cfg.ExtraOptions, "preset", "Preset", cfg.Preset != ""),
		avoption.CheckNotSetTwice(cfg.ExtraOptions, "threads", "Threads", cfg.Threads != 0),
		avoption.CheckNotSetTwice(cfg.ExtraOptions, "colorspace", "ColorSpace", cfg.ColorSpace != ""),
		avoption.CheckNotSetTwice(cfg.ExtraOptions, "color_range", "ColorRange", cfg.ColorRange != ""),
		avoption.CheckNotSetTwice(cfg.ExtraOptions, "color_primaries", "ColorPrimaries", cfg.ColorPrimaries != ""),
		avoption.CheckNotSetTwice(cfg.ExtraOptions, "color_trc", "ColorTransfer", cfg.ColorTransfer != ""),
		p.checkThreads(),
	)
}

// mostAskedThreads is more than any encoder makes use of. Some would start as many as they are
// told.
const mostAskedThreads = 4096

// checkThreads takes the number of threads from the field or the option.
func (p *Video) checkThreads() error {
	p.Threads = p.Config.Threads
	if p.Threads < 0 || p.Threads > mostAskedThreads {
		return &fault.ConfigError{
			Field:  "Threads",
			Value:  p.Threads,
			Reason: fmt.Sprintf("must be from 0 to %d; 0 means as many as it profits from", mostAskedThreads),
		}
	}
	given, ok := p.Config.ExtraOptions["threads"]
	if !ok {
		return nil
	}
	text, err := avoption.Text("threads", given)
	if err != nil {
		return err
	}
	o := avoption.Option{Field: avoption.ExtraField("threads"), Key: "threads", Value: text, Given: given}
	n, err := astiavx.CheckEncoderOption("", "threads", text)
	if err != nil || avoption.IsFraction(text) || n > mostAskedThreads {
		return o.ConfigError(
			fmt.Sprintf("must be a whole number from 0 to %d; 0 means as many as it profits from", mostAskedThreads),
		)
	}
	p.Threads = int(n)
	return nil
}

// options are all options that the config names, except those that are handled elsewhere.
func (p *Video) options() ([]avoption.Option, error) {
	var list []avoption.Option
	if p.Config.Preset != "" {
		list = append(list, avoption.Option{Field: "Preset", Key: "preset", Value: p.Config.Preset, Given: p.Config.Preset})
	}
	if p.Config.CRF != nil {
		text, ok := avoption.PlainText(*p.Config.CRF)
		if !ok {
			return nil, &fault.ConfigError{Field: "CRF", Value: *p.Config.CRF, Reason: "must be a finite number"}
		}
		list = append(list, avoption.Option{Field: "CRF", Key: "crf", Value: text, Given: *p.Config.CRF})
	}
	extra, err := avoption.FromMap(p.Config.ExtraOptions, handledVideoOptions)
	return append(list, extra...), err
}

// said tells by which field each option is set, by the option's flat key.
func (p *Video) said(options []avoption.Option) map[string]string {
	said := map[string]string{}
	for _, o := range options {
		said[avoption.FoldName(o.Key)] = o.Field
	}
	if p.Config.Threads != 0 {
		said["threads"] = "Threads"
	} else if _, ok := p.Config.ExtraOptions["threads"]; ok && p.Threads != 0 {
		said["threads"] = avoption.ExtraField("threads")
	}
	return said
}
