package plan

import (
	"slices"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/gpu"
	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/avoption"
	"github.com/avloom/avloom/internal/codec"
	"github.com/avloom/avloom/internal/color"
	"github.com/avloom/avloom/internal/fault"
	"github.com/avloom/avloom/nodes"
)

// VideoEncoder is the plan for one encoder of a video stream.
type VideoEncoder struct {
	Format        astiav.PixelFormat // to encode in
	alphaLoss     error              // why the video does not get the alpha of Format; nil: it does, or there is none
	Width, Height int                // in pixels, to encode

	scaledWidth, scaledHeight int // to which pictures are scaled before OddSize applies; 0: they are not

	Palette *nodes.PaletteConfig // of the palettes that pictures get; nil: they get none

	Color        astiavx.Color // to convert to and to signal
	UnmetWishes  []color.UnmetWish
	Options      []avoption.Option // of the encoder
	MuxerOptions []avoption.Option // options of the stream that a muxer takes
}

// ForEncoder plans everything that follows from the encoder and the containers. Without containers
// they are not known yet. If the config names no pixel format, there may be several plans, the best
// first. The caller tries them in order; the last one opens if any does.
func (p *Video) ForEncoder(codec *astiav.Codec, containers ...astiavx.Container) ([]VideoEncoder, error) {
	if err := p.checkIrregular(codec.Name()); err != nil {
		return nil, err
	}
	formats, err := p.pixelFormats(codec, containers)
	if err != nil {
		return nil, err
	}
	var plans []VideoEncoder
	for i, format := range formats {
		s, unfit := p.forFormat(format, codec, containers)
		if unfit == nil && (p.Config.PixelFormat != "" || i < len(formats)-1) {
			unfit = s.alphaLoss
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

// forFormat plans everything but the pixel format.
func (p *Video) forFormat(
	format astiav.PixelFormat, encoder *astiav.Codec, containers []astiavx.Container,
) (s VideoEncoder, err error) {
	s.Format = format
	for _, c := range containers {
		if err := p.checkRaw(encoder, format, c.Name); err != nil {
			return s, err
		}
	}
	if err = p.planSize(&s, encoder); err != nil {
		return s, err
	}
	names := codec.ContainerNames(containers)
	if err = p.planColor(&s, encoder, names); err != nil {
		return s, err
	}
	if err = p.planPalette(&s, encoder, containers); err != nil {
		return s, err
	}
	if err = p.checkScaling(s); err != nil {
		return s, err
	}
	list, err := p.options(encoder)
	if err != nil {
		return s, err
	}
	if s.Options, s.MuxerOptions, err = codec.SplitOptions(encoder.Name(), list, names); err != nil {
		return s, err
	}
	s.alphaLoss = p.checkAlpha(format, encoder, s.Options, containers)
	if s.Options, err = withAlphaOption(encoder.Name(), format, s.Options); err != nil {
		return s, err
	}
	s.Options = withClosedKeys(encoder.Name(), s.Options)
	bits, fields := astiavx.DescribePixelFormat(format).Bits, p.optionFields(s.Options)
	return s, fault.First(
		codec.CheckTwoPass(encoder.Name(), s.Options),
		codec.CheckShortGOP(encoder.Name(), s.Options),
		codec.CheckLeastInterval(encoder.Name(), s.Options),
		avoption.CheckRateControl(encoder.Name(), s.Options),
		p.checkBitRate(encoder.Name(), s.Options),
		codec.CheckFixedQuality(encoder.Name(), s.Options),
		avoption.CheckParameters(encoder.Name(), bits, s.Options, fields),
		codec.CheckProfile(encoder.Name(), s.Options, format),
	)
}

// planColor resolves the wishes for colour. Input in a format of JPEG keeps its full range unless
// the user asks for another range or for a pixel format.
func (p *Video) planColor(s *VideoEncoder, encoder *astiav.Codec, containers []string) (err error) {
	wishes := p.Color
	if p.keepsFullRange() && wishes.Range.Value == "" {
		wishes.Range = avoption.Setting{Field: "range of InputFormat", Value: "pc"}
	}
	target := color.Target{
		Format: s.Format, Codec: encoder.ID(), Container: color.LeastCapableContainer(containers),
		Height: p.matrixHeight(s),
	}
	if s.Color, s.UnmetWishes, err = wishes.Resolve(target); err != nil {
		return err
	}
	if slices.Contains(gpu.Encoders(), encoder.Name()) { // FFmpeg's wrapper of NVENC does not signal the siting
		moved := color.ForceLeftSiting(&s.Color, p.Color.Location, encoder.Name())
		s.UnmetWishes = append(s.UnmetWishes, moved...)
	}
	return nil
}
