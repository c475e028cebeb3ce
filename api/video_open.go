package api

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/gpu"
	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/muxer"
	"github.com/avloom/avloom/muxer/destination"
	"github.com/avloom/avloom/nodes"
)

// settledVideo is a plan for one encoder.
type settledVideo struct {
	format        astiav.PixelFormat
	opaque        error // why the alpha of the format will not be in the video; nil: it will, or there is none
	width, height int
	color         astiavx.Color
	lost          []overruled // wishes for colour
	own, muxers   []codecOption
}

// settle decides all that follows from the encoder and the containers; none: they are not known
// yet. It returns one plan, or where the pixel format is for us to choose perhaps several, the best
// first, of which the last always serves.
func (p *videoPlan) settle(codec *astiav.Codec, containers ...astiavx.Container) ([]settledVideo, error) {
	formats, err := p.pixelFormats(codec, containers)
	if err != nil {
		return nil, err
	}
	var plans []settledVideo
	for i, format := range formats {
		s, unfit := p.settleAs(format, codec, containers)
		if unfit == nil && (p.cfg.PixelFormat != "" || i < len(formats)-1) {
			unfit = s.opaque
		}
		if err = unfit; err == nil {
			plans = append(plans, s)
		}
	}
	if len(plans) == 0 {
		return nil, err
	}
	return plans, nil
}

// settleAs decides all but the pixel format.
func (p *videoPlan) settleAs(
	format astiav.PixelFormat, codec *astiav.Codec, containers []astiavx.Container,
) (s settledVideo, err error) {
	s.format = format
	for _, c := range containers {
		if err := p.checkRaw(codec, s.format, c.Name); err != nil {
			return s, err
		}
	}
	if s.width, s.height, err = p.outSize(codec, s.format); err != nil {
		return s, err
	}
	target := colorTarget{format: s.format, codec: codec.ID(), container: saysLeast(containers), height: s.height}
	wishes := p.color
	if p.keepsFullRange() && wishes.colorRange.value == "" {
		wishes.colorRange = setting{"range of InputFormat", "pc"}
	}
	if s.color, s.lost, err = wishes.resolve(target); err != nil {
		return s, err
	}
	s.lost = append(s.lost, siteChroma(&s.color, p.color.location, codec.Name())...)
	list, err := p.options()
	if err != nil {
		return s, err
	}
	if s.own, s.muxers, err = splitOptions(codec.Name(), list, containerNames(containers)); err != nil {
		return s, err
	}
	s.opaque = p.alphaLoss(format, codec, s.own, containers)
	if s.own, err = withAlpha(codec.Name(), format, s.own); err != nil {
		return s, err
	}
	return s, firstError(
		checkTwoPass(codec.Name(), s.own),
		checkRateControl(codec.Name(), s.own),
		checkNested(codec.Name(), astiavx.DescribePixelFormat(s.format).Bits, s.own, p.said(s.own)),
		checkProfile(codec.Name(), s.own, s.format),
	)
}

// videoEncoder is an encoder that is open, and how to feed it.
type videoEncoder struct {
	name    string
	codec   *astiav.CodecContext
	device  *gpu.Device // that encodes, and this use of it; nil: the CPU
	convert nodes.ConvertConfig
	threads int // that it has; 0: it is not the CPU's
	cores   int // on how many its conversion may work
	used    int // of its share of a thread budget
	alpha   bool
	losses  []string // of the input in a pixel format that nobody asked for
	lost    []overruled
	muxers  []codecOption
}

// open opens the encoder for these containers, unless nobody wants it any more. FFmpeg's lines
// about it go to the log; nil: nowhere.
func (p *videoPlan) open(wanted wanted, log *astiavx.Log, containers ...astiavx.Container) (*videoEncoder, error) {
	e, err := p.openFor(wanted, log, containers)
	return e, withoutPrefix(err)
}

func (p *videoPlan) openFor(wanted wanted, log *astiavx.Log, containers []astiavx.Container) (*videoEncoder, error) {
	codec, err := p.resolveFor(containers)
	if err != nil {
		return nil, err
	}
	plans, err := p.settle(codec, containers...)
	if err != nil {
		return nil, err
	}
	for _, s := range plans[:len(plans)-1] {
		e, err := p.openAs(s, codec, wanted, log, containers)
		if err == nil && p.carried(e.codec, containers) {
			return e, nil
		}
		if err == nil {
			nodes.FreeCodecContext(e.codec)
		}
	}
	return p.openAs(plans[len(plans)-1], codec, wanted, log, containers)
}

// openAs opens the encoder as it was settled.
func (p *videoPlan) openAs(
	s settledVideo, codec *astiav.Codec, wanted wanted, log *astiavx.Log, containers []astiavx.Container,
) (*videoEncoder, error) {
	err := firstError(checkKnownSize(codec.Name(), s.width, s.height), p.checkTagIn(codec, containers))
	if err != nil {
		return nil, err
	}
	cores := p.cores()
	p, used := p.withThreads(codec.Name(), s)
	o := opener{wanted: wanted, codec: codec, options: s.own, threads: p.threads, globalHeader: wantGlobalHeader(containers), finish: astiavx.KeepFrameDurations, log: log}
	if isSubsampled420(astiavx.DescribePixelFormat(s.format)) {
		o.location = s.color.Location
	}
	if p.onCUDA() {
		if o.device, err = p.openDevice(s); err != nil {
			return nil, err
		}
	}
	o.setUp = func(cc *astiav.CodecContext, probe string) { p.setUp(cc, &o, s, probe) }
	cc, err := o.open()
	if err != nil {
		err = p.explain(&o, s, err)
		o.closeDevice()
		return nil, err
	}
	if err := firstError(p.checkAspectIn(cc, containers), p.findHeader(&o, cc)); err != nil {
		nodes.FreeCodecContext(cc)
		o.closeDevice()
		return nil, err
	}
	e := p.opened(s, &o, cc, containers)
	e.cores, e.used = cores, used
	return e, nil
}

// findHeader gives the encoder the header that libaom gives only with its first packet, where a container needs it before. A
// second encoder, opened alike, encodes a picture for it.
func (p *videoPlan) findHeader(o *opener, cc *astiav.CodecContext) error {
	if !p.headerFirst || !o.globalHeader || o.codec.Name() != "libaom-av1" || len(cc.ExtraData()) > 0 {
		return nil
	}
	other, err := o.try(o.options, "")
	if err != nil {
		return err
	}
	defer nodes.FreeCodecContext(other)
	packet, err := nodes.FirstPacket(other)
	if err != nil {
		return err
	}
	defer packet.Free()
	return cc.SetExtraData(astiavx.NewExtraData(packet.Packet))
}

// opened is the encoder that was opened as it was settled.
func (p *videoPlan) opened(
	s settledVideo, o *opener, cc *astiav.CodecContext, containers []astiavx.Container,
) *videoEncoder {
	return &videoEncoder{
		name: o.codec.Name(), codec: cc, device: o.device, threads: p.threads,
		alpha: s.hasAlpha(o.codec, containers), losses: p.silentLosses(s), lost: s.lost, muxers: s.muxers,
		convert: nodes.ConvertConfig{
			InputFormat: p.inputFormat, Width: p.cfg.Width, Height: p.cfg.Height,
			OutWidth: s.width, OutHeight: s.height, Format: s.format,
			Color: s.color, InputColor: p.inputColor(s.format, s.color),
		},
	}
}

// carried says whether all containers take what the encoder makes, as far as a header tells.
func (p *videoPlan) carried(codec *astiav.CodecContext, containers []astiavx.Container) bool {
	stream := muxer.Stream{Codec: codec, FrameRate: p.rate, Tag: p.cfg.Tag}
	return !slices.ContainsFunc(containers, func(c astiavx.Container) bool {
		cfg := muxer.Config{Name: c.Name, Format: c.Name, Streams: []muxer.Stream{stream}}
		return muxer.Try(cfg, destination.DryFile("")) != nil
	})
}

// firstSizeProbe is the first of the videoProbes that is a size.
const firstSizeProbe = "vga"

// videoProbes are what is harmless to most encoders, by the field that it takes the place of. Some know a few sizes only: H.261 and H.263 (CIF), DV (PAL), DNxHD (1080p).
var videoProbes = []struct {
	name, field   string
	width, height int
	threads       int
	rate          astiav.Rational
}{
	{name: "threads", field: "Threads", threads: 1},
	{name: "rate", field: "FrameRate", rate: astiav.NewRational(25, 1)},
	{name: firstSizeProbe, field: "Width", width: 640, height: 480},
	{name: "cif", field: "Width", width: 352, height: 288},
	{name: "pal", field: "Width", width: 720, height: 576},
	{name: "hd", field: "Width", width: 1920, height: 1080},
	{name: "cif 25", field: "Width", width: 352, height: 288, rate: astiav.NewRational(25, 1)},
	{name: "pal 25", field: "Width", width: 720, height: 576, rate: astiav.NewRational(25, 1)},
}

// setUp sets what is no option. A probe puts something harmless in place of a field, to find out what the encoder has against it.
func (p *videoPlan) setUp(cc *astiav.CodecContext, o *opener, s settledVideo, probe string) {
	rate, width, height, threads := p.rate, s.width, s.height, threadCount(o.codec.Name(), p.threads)
	if f := astiav.FindPixelFormatByName(probe); f != astiav.PixelFormatNone {
		s.format = f
	}
	if w, h, ok := probedSize(probe); ok {
		width, height = w, h
	}
	for _, v := range videoProbes {
		if v.name != probe {
			continue
		}
		if v.width > 0 {
			width, height = v.width, v.height
		}
		if v.threads > 0 {
			threads = v.threads
		}
		if v.rate.Num() > 0 {
			rate = v.rate
		}
	}
	cc.SetWidth(width)
	cc.SetHeight(height)
	cc.SetPixelFormat(s.format)
	cc.SetFramerate(rate)
	cc.SetTimeBase(rate.Invert())
	cc.SetThreadCount(threads)
	if p.pixelAspect.Num() > 0 {
		cc.SetSampleAspectRatio(p.pixelAspect)
	}
	astiavx.SetEncoderColor(cc, s.color)
	if o.device != nil {
		o.device.Attach(cc)
	}
}

// inputColor says what input that is YUV already is made of: what is wished for the encoded video, or else what is usual for the input's
// format and height. Chroma that stays 4:2:0 stays where it is.
func (p *videoPlan) inputColor(encoded astiav.PixelFormat, color astiavx.Color) astiavx.Color {
	input, _, _ := p.color.resolve(colorTarget{format: p.inputFormat, height: p.cfg.Height}) // its names have been checked
	if isSubsampled420(astiavx.DescribePixelFormat(encoded)) && isSubsampled420(astiavx.DescribePixelFormat(p.inputFormat)) {
		input.Location = color.Location
	}
	return input
}

// explain finds the setting that kept the encoder from opening.
func (p *videoPlan) explain(o *opener, s settledVideo, err error) error {
	if _, ok := errors.AsType[*ConfigError](err); ok || errors.Is(err, gpu.ErrUnavailable) {
		return err
	}
	name := o.codec.Name()
	if known := explainEncoder(name, err); known != nil && o.device == nil {
		return known
	}
	for _, v := range videoProbes {
		if v.name == firstSizeProbe {
			if e := p.tooSmall(o, s); e != nil {
				return e
			}
		}
		if v.threads >= p.threads && v.threads > 0 || !o.opens(o.options, v.name) {
			continue
		}
		return p.refusedField(v.field, name, s, frameRates(o.codec, p.cfg.FrameRate), fmt.Sprintf("%d×%d", v.width, v.height))
	}
	if e := firstError(p.refusedFormat(o, s), o.blameDriver(err)); e != nil {
		return e
	}
	return &ConfigError{
		Field: "Codec", Value: name, Err: telling(err),
		Reason: fmt.Sprintf("the encoder does not open for %d×%d pixels in %s at %s frames per second%s", s.width, s.height, s.format.Name(), rateText(p.rate), encoderHints[name]),
	}
}

// refusedFormat is the error about a pixel format without which the encoder opens, though it names it; nil where it is not that.
func (p *videoPlan) refusedFormat(o *opener, s settledVideo) error {
	e := &ConfigError{Field: "PixelFormat", Value: p.cfg.PixelFormat, Reason: o.codec.Name() + " names it, but does not open with it"}
	for _, f := range encodable(o.codec, p.inputFormat) {
		if f != s.format && o.opens(o.options, f.Name()) {
			e.Supported = append(e.Supported, f.Name())
		}
	}
	if p.cfg.PixelFormat == "" || len(e.Supported) == 0 {
		return nil
	}
	return e
}

// encoderHints are what helps where no single setting is to blame.
var encoderHints = map[string]string{
	"dnxhd": "; DNxHD knows a few sizes and bit rates only, such as 1920×1080 with ExtraOptions[b] 120M: set ExtraOptions[profile] to dnxhr_sq, or another dnxhr, for all others",
}

// refusedField is the error about a field without which the encoder opens.
func (p *videoPlan) refusedField(field, encoder string, s settledVideo, rates []string, size string) error {
	e := &ConfigError{Field: field}
	switch field {
	case "Threads":
		e.Value, e.Reason = p.threads, encoder+" does not open with so many threads"
	case "FrameRate":
		e.Value, e.Supported = p.cfg.FrameRate, rates
		e.Reason = fmt.Sprintf("%s does not encode %s frames per second", encoder, rateText(p.rate))
		if len(rates) == 0 {
			e.Reason += "; it does encode 25"
		}
	default:
		e.Value, e.Reason = s.width, fmt.Sprintf("%s does not encode %d×%d pixels; it does encode %s", encoder, s.width, s.height, size)
	}
	return e
}

// frameRates are those that the encoder names, the nearest first.
func frameRates(codec *astiav.Codec, near float64) []string {
	rates := codec.SupportedFrameRates()
	away := func(r astiav.Rational) float64 { return math.Abs(r.Float64() - near) }
	slices.SortStableFunc(rates, func(a, b astiav.Rational) int { return cmp.Compare(away(a), away(b)) })
	names := make([]string, len(rates))
	for i, r := range rates {
		names[i] = rateText(r)
	}
	return slices.Compact(names)
}

func rateText(r astiav.Rational) string { return strings.TrimSuffix(r.String(), "/1") }
