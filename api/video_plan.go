package api

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/gpu"
	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/nodes"
)

// videoPlan is a VideoConfig that has been checked as far as it can be without a container.
type videoPlan struct {
	cfg         VideoConfig
	rate        astiav.Rational
	inputFormat astiav.PixelFormat
	raw         astiavx.RawPicture // of Raw frames
	color       colorSettings
}

// reservedVideoOptions are options of libavcodec that belong to a field.
var reservedVideoOptions = map[string]string{
	"pixel_format": "PixelFormat", "pix_fmt": "PixelFormat", "video_size": "Width and Height", "s": "Width and Height",
	"time_base": "FrameRate", "framerate": "FrameRate", "r": "FrameRate",
}

// newVideoPlan checks what can be known before there is a container.
func newVideoPlan(cfg VideoConfig) (*videoPlan, error) {
	p := &videoPlan{cfg: cfg}
	if err := firstError(p.checkSize(), p.checkRate(), p.checkDevice(), p.checkInput(), p.checkChoices()); err != nil {
		return nil, err
	}
	if cfg.Codec == "" || p.onCUDA() {
		return p, nil
	}
	codec, err := resolveEncoder(cfg.Codec, astiav.MediaTypeVideo)
	if err != nil {
		return nil, err
	}
	if _, err := p.pixelFormat(codec); err != nil {
		return nil, err
	}
	_, _, err = p.options(codec.Name(), "")
	return p, err
}

func (p *videoPlan) checkSize() error {
	for field, v := range map[string]int{"Width": p.cfg.Width, "Height": p.cfg.Height} {
		if v <= 0 {
			return &ConfigError{Field: field, Value: v, Reason: "must be above 0"}
		}
	}
	if !astiavx.ValidSize(p.cfg.Width, p.cfg.Height) {
		return &ConfigError{
			Field: "Width", Value: fmt.Sprintf("%d×%d", p.cfg.Width, p.cfg.Height), Reason: "larger than FFmpeg can handle",
		}
	}
	return nil
}

func (p *videoPlan) checkRate() error {
	rate, ok := frameRate(p.cfg.FrameRate)
	if !ok {
		return &ConfigError{Field: "FrameRate", Value: p.cfg.FrameRate, Reason: "must be a number of frames per second above 0, 30 or 29.97 for instance"}
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
	format, ok := astiavx.FindPixelFormat(name)
	if !ok || !astiavx.CanScaleFrom(format) {
		return unknownPixelFormat("InputFormat", name, astiavx.PixelFormats(astiavx.CanScaleFrom))
	}
	p.inputFormat = format
	if p.raw, ok = astiavx.RawLayout(format, p.cfg.Width, p.cfg.Height); !ok {
		return &ConfigError{Field: "InputFormat", Value: name, Reason: fmt.Sprintf("cannot hold %d×%d pixels", p.cfg.Width, p.cfg.Height)}
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
	if cfg.Threads < 0 {
		return &ConfigError{Field: "Threads", Value: cfg.Threads, Reason: "must not be negative; 0 means all cores"}
	}
	return firstError(
		p.color.check(),
		reserved(cfg.ExtraOptions, reservedVideoOptions),
		twice(cfg.ExtraOptions, "crf", "CRF", cfg.CRF != nil),
		twice(cfg.ExtraOptions, "preset", "Preset", cfg.Preset != ""),
		twice(cfg.ExtraOptions, "threads", "Threads", cfg.Threads != 0),
		twice(cfg.ExtraOptions, "colorspace", "ColorSpace", cfg.ColorSpace != ""),
		twice(cfg.ExtraOptions, "color_range", "ColorRange", cfg.ColorRange != ""),
		twice(cfg.ExtraOptions, "color_primaries", "ColorPrimaries", cfg.ColorPrimaries != ""),
		twice(cfg.ExtraOptions, "color_trc", "ColorTransfer", cfg.ColorTransfer != ""),
	)
}

// pixelFormat is the format to encode in.
func (p *videoPlan) pixelFormat(codec *astiav.Codec) (astiav.PixelFormat, error) {
	var supported []astiav.PixelFormat
	for _, f := range codec.SupportedPixelFormats() {
		if astiavx.CanScaleTo(f) {
			supported = append(supported, f)
		}
	}
	if p.cfg.PixelFormat == "" {
		if len(supported) > 0 {
			return supported[0], nil
		}
		return astiav.PixelFormatYuv420P, nil
	}
	names := make([]string, len(supported))
	for i, f := range supported {
		names[i] = f.Name()
		if names[i] == p.cfg.PixelFormat {
			return f, nil
		}
	}
	f, known := astiavx.FindPixelFormat(p.cfg.PixelFormat)
	if !known {
		return f, unknownPixelFormat("PixelFormat", p.cfg.PixelFormat, names)
	}
	if len(codec.SupportedPixelFormats()) > 0 || !astiavx.CanScaleTo(f) {
		return f, &ConfigError{Field: "PixelFormat", Value: p.cfg.PixelFormat, Reason: codec.Name() + " does not encode it", Supported: names}
	}
	return f, nil
}

func unknownPixelFormat(field, name string, supported []string) error {
	reason := "there is no such pixel format, or no conversion for it"
	if near := nearest(name, supported); near != "" {
		reason += fmt.Sprintf("; did you mean %q?", near)
	}
	return &ConfigError{Field: field, Value: name, Reason: reason, Supported: supported}
}

// options are the encoder's options in the order in which they are set, and those that only the muxer knows.
func (p *videoPlan) options(encoder, container string) (own, muxers []codecOption, err error) {
	var list []codecOption
	if p.cfg.Preset != "" {
		list = append(list, codecOption{field: "Preset", key: "preset", value: p.cfg.Preset, given: p.cfg.Preset})
	}
	if p.cfg.CRF != nil {
		text, ok := plainText(*p.cfg.CRF)
		if !ok {
			return nil, nil, &ConfigError{Field: "CRF", Value: *p.cfg.CRF, Reason: "must be a finite number"}
		}
		list = append(list, codecOption{field: "CRF", key: "crf", value: text, given: *p.cfg.CRF})
	}
	extra, err := sortedOptions(p.cfg.ExtraOptions, colorKeys)
	if err != nil {
		return nil, nil, err
	}
	return splitOptions(encoder, append(list, extra...), container)
}

// outSize is the size to encode: the input's, or what OddSize makes of it.
func (p *videoPlan) outSize(format astiav.PixelFormat) (width, height int, err error) {
	info := astiavx.DescribePixelFormat(format)
	width, err = p.fit("Width", p.cfg.Width, info.Log2ChromaWidth, format)
	if err != nil {
		return 0, 0, err
	}
	height, err = p.fit("Height", p.cfg.Height, info.Log2ChromaHeight, format)
	return width, height, err
}

func (p *videoPlan) fit(field string, n, log2 int, format astiav.PixelFormat) (int, error) {
	step := 1 << log2
	rest := n % step
	if rest == 0 {
		return n, nil
	}
	switch p.cfg.OddSize {
	case OddSizePad:
		return n + step - rest, nil
	case OddSizeCrop:
		if n > rest {
			return n - rest, nil
		}
	}
	return 0, &ConfigError{
		Field: field, Value: n,
		Reason: fmt.Sprintf("%s holds one chroma sample for %d pixels here, so it must be a multiple of %d; set OddSize to pad or crop, or PixelFormat to one without subsampling, such as yuv444p", format.Name(), step, step),
	}
}

// videoEncoder is an encoder that is open, and how to feed it.
type videoEncoder struct {
	name    string
	codec   *astiav.CodecContext
	convert nodes.ConvertConfig
	muxers  []codecOption
}

// open opens the encoder for this container.
func (p *videoPlan) open(container astiavx.Container) (*videoEncoder, error) {
	if p.onCUDA() {
		return nil, gpu.Probe()
	}
	codec, err := encoderFor(p.cfg.Codec, astiav.MediaTypeVideo, container)
	if err != nil {
		return nil, err
	}
	format, err := p.pixelFormat(codec)
	if err != nil {
		return nil, err
	}
	width, height, err := p.outSize(format)
	if err != nil {
		return nil, err
	}
	color, err := p.color.resolve(format, codec.Name(), height)
	if err != nil {
		return nil, err
	}
	own, muxers, err := p.options(codec.Name(), container.Name)
	if err != nil {
		return nil, err
	}
	o := opener{codec: codec, options: append(threadOptions(codec.Name(), p.cfg.Threads), own...), globalHeader: container.GlobalHeader}
	o.setUp = func(cc *astiav.CodecContext, probe string) {
		p.setUp(cc, format, width, height, color, probe)
	}
	cc, err := o.open()
	if err != nil {
		return nil, p.explain(&o, err)
	}
	input := color
	input.Space, input.Range = p.inputMatrix(format, height, color)
	return &videoEncoder{name: codec.Name(), codec: cc, muxers: muxers, convert: nodes.ConvertConfig{
		Width: p.cfg.Width, Height: p.cfg.Height, OutWidth: width, OutHeight: height, Format: format, Color: color, InputColor: input,
	}}, nil
}

// setUp sets what is no option. A probe is a field to replace by something harmless, to find out what the encoder has against it.
func (p *videoPlan) setUp(cc *astiav.CodecContext, format astiav.PixelFormat, width, height int, color astiavx.Color, probe string) {
	rate := p.rate
	switch probe {
	case "FrameRate":
		rate = astiav.NewRational(25, 1)
	case "Width":
		width, height = 640, 480
	}
	cc.SetWidth(width)
	cc.SetHeight(height)
	cc.SetPixelFormat(format)
	cc.SetFramerate(rate)
	cc.SetTimeBase(rate.Invert())
	cc.SetThreadCount(p.cfg.Threads)
	astiavx.SetEncoderColor(cc, color)
	astiavx.KeepFrameDurations(cc)
}

// inputMatrix says what input that is YUV already is made of: the same matrix and range as what is encoded, where that is YUV too.
func (p *videoPlan) inputMatrix(format astiav.PixelFormat, height int, color astiavx.Color) (astiav.ColorSpace, astiav.ColorRange) {
	if astiavx.DescribePixelFormat(format).RGB {
		color, _ = p.color.resolve(p.inputFormat, "", height)
	}
	if isFullRange(p.inputFormat, "") {
		color.Range = astiav.ColorRangeJpeg
	}
	return color.Space, color.Range
}

// explain finds the setting that kept the encoder from opening.
func (p *videoPlan) explain(o *opener, err error) error {
	var known *ConfigError
	if errors.As(err, &known) {
		return err
	}
	probes := map[string]any{"FrameRate": p.cfg.FrameRate, "Width": fmt.Sprintf("%d×%d", p.cfg.Width, p.cfg.Height)}
	for _, field := range []string{"FrameRate", "Width"} {
		if o.opensWithout("", field) {
			return &ConfigError{Field: field, Value: probes[field], Reason: o.codec.Name() + " does not encode it", Supported: supportedRates(o.codec, field), Err: err}
		}
	}
	return &ConfigError{Field: "Codec", Value: o.codec.Name(), Reason: "the encoder does not open", Err: err}
}

func supportedRates(codec *astiav.Codec, field string) []string {
	var rates []string
	if field == "FrameRate" {
		for _, r := range codec.SupportedFrameRates() {
			rates = append(rates, r.String())
		}
	}
	return rates
}

// threadOptions tells encoders that do not heed libavcodec's thread count.
func threadOptions(encoder string, threads int) []codecOption {
	if encoder == "libsvtav1" && threads > 0 {
		return []codecOption{{field: "Threads", key: "svtav1-params", value: "lp=" + strconv.Itoa(threads), given: threads}}
	}
	return nil
}
