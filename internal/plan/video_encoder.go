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
)

// VideoEncoder is a plan for one encoder.
type VideoEncoder struct {
	Format                astiav.PixelFormat
	opaque                error // why the alpha of the format will not be in the video; nil: it will, or there is none
	Width, Height         int
	Color                 astiavx.Color
	UnmetWishes           []color.UnmetWish // wishes for colour
	Options, MuxerOptions []avoption.Option
}

// ForEncoder decides all that follows from the encoder and the containers; none: they are not known
// yet. It returns one plan, or where the pixel format is for us to choose perhaps several, the best
// first, of which the last always serves.
func (p *Video) ForEncoder(codec *astiav.Codec, containers ...astiavx.Container) ([]VideoEncoder, error) {
	formats, err := p.pixelFormats(codec, containers)
	if err != nil {
		return nil, err
	}
	var plans []VideoEncoder
	for i, format := range formats {
		s, unfit := p.forFormat(format, codec, containers)
		if unfit == nil && (p.Config.PixelFormat != "" || i < len(formats)-1) {
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

// forFormat decides all but the pixel format.
func (p *Video) forFormat(
	format astiav.PixelFormat, encoder *astiav.Codec, containers []astiavx.Container,
) (s VideoEncoder, err error) {
	s.Format = format
	for _, c := range containers {
		if err := p.checkRaw(encoder, s.Format, c.Name); err != nil {
			return s, err
		}
	}
	if s.Width, s.Height, err = p.outSize(encoder, s.Format); err != nil {
		return s, err
	}
	target := color.Target{
		Format:    s.Format,
		Codec:     encoder.ID(),
		Container: color.LeastCapableContainer(codec.ContainerNames(containers)),
		Height:    s.Height,
	}
	wishes := p.Color
	if p.keepsFullRange() && wishes.Range.Value == "" {
		wishes.Range = avoption.Setting{Field: "range of InputFormat", Value: "pc"}
	}
	if s.Color, s.UnmetWishes, err = wishes.Resolve(target); err != nil {
		return s, err
	}
	if slices.Contains(gpu.Encoders(), encoder.Name()) { // FFmpeg's wrapper for NVENC does not signal it
		s.UnmetWishes = append(s.UnmetWishes, color.ForceLeftSiting(&s.Color, p.Color.Location, encoder.Name())...)
	}
	list, err := p.options()
	if err != nil {
		return s, err
	}
	if s.Options, s.MuxerOptions, err = codec.SplitOptions(encoder.Name(), list, codec.ContainerNames(containers)); err != nil {
		return s, err
	}
	s.opaque = p.alphaLoss(format, encoder, s.Options, containers)
	if s.Options, err = withAlpha(encoder.Name(), format, s.Options); err != nil {
		return s, err
	}
	return s, fault.First(
		codec.CheckTwoPass(encoder.Name(), s.Options),
		avoption.CheckRateControl(encoder.Name(), s.Options),
		avoption.CheckParameters(encoder.Name(), astiavx.DescribePixelFormat(s.Format).Bits, s.Options, p.said(s.Options)),
		codec.CheckProfile(encoder.Name(), s.Options, s.Format),
	)
}
