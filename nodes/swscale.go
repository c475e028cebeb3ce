package nodes

import (
	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/pipeline"
)

// swscale converts the pictures for which there is no kernel. A picture that must be padded is
// copied first; if its pixels have no bytes of their own, swscale unpacks it first.
type swscale struct {
	cfg      *ConvertConfig
	padder   *padder
	scaler   *astiavx.Scaler
	shelter  shelter
	unpacker unpacker
	src      pipeline.Frame // refers to a picture while swscale reads it
}

func newSwscale(cfg *ConvertConfig, padder *padder) swscale {
	return swscale{cfg: cfg, padder: padder, scaler: newScaler(), src: pipeline.NewFrame()}
}

// prepare returns the picture as swscale may read it, at least as large as the output.
func (s *swscale) prepare(in pipeline.Input) (pipeline.Input, error) {
	in, err := s.shelter.secure(in, s.cfg.Width, s.cfg.Height)
	if err != nil || !s.padder.enlarges(s.cfg.Width, s.cfg.Height) {
		return in, err
	}
	if !astiavx.DescribePixelFormat(in.Format).Whole {
		if in, err = s.unpack(in); err != nil {
			return in, err
		}
	}
	return s.padder.pad(in, s.cfg.Width, s.cfg.Height)
}

func (s *swscale) unpack(in pipeline.Input) (pipeline.Input, error) {
	defer s.dropReferences()
	s.refer(in, s.cfg.Width, s.cfg.Height)
	return s.unpacker.unpack(s.src, s.inputColor(in.Format))
}

// convert fills out with the picture, and leaves the format and the colour tags of out as they are.
func (s *swscale) convert(out pipeline.Frame, picture pipeline.Input) error {
	defer s.dropReferences()
	s.refer(picture, s.cfg.OutWidth, s.cfg.OutHeight)
	out.SetPixelFormat(astiavx.WithoutRange(s.cfg.Format))
	astiavx.SetColor(out.Frame, s.commonColor(s.cfg.Color, picture.Format))
	err := s.scaler.Convert(out.Frame, s.src.Frame)
	out.SetPixelFormat(s.cfg.Format)
	astiavx.SetColor(out.Frame, s.cfg.Color)
	return err
}

// refer makes src refer to the picture.
func (s *swscale) refer(picture pipeline.Input, width, height int) {
	s.src.SetWidth(width)
	s.src.SetHeight(height)
	s.src.SetPixelFormat(astiavx.WithoutRange(picture.Format))
	for i, p := range picture.Planes {
		astiavx.SetPlane(s.src.Frame, i, p, picture.Strides[i])
	}
	astiavx.SetColor(s.src.Frame, s.inputColor(picture.Format))
}

// dropReferences drops the references to the picture, whose memory is about to be returned.
func (s *swscale) dropReferences() {
	for i := range 4 {
		astiavx.SetPlane(s.src.Frame, i, nil, 0)
	}
}

// inputColor returns the colour tags of the input. RGB and grey have full range.
func (s *swscale) inputColor(format astiav.PixelFormat) astiavx.Color {
	color := s.cfg.InputColor
	info := astiavx.DescribePixelFormat(format)
	if info.RGB {
		color.Space = astiav.ColorSpaceRgb
	}
	if info.RGB || info.Gray {
		color.Range = astiav.ColorRangeJpeg
		color.Location = astiav.ChromaLocationUnspecified
	}
	return s.commonColor(color, format)
}

// commonColor sets the same primaries and transfer characteristic for both sides of a conversion:
// those of the output, or those that swscale assumes of XYZ. If they differed, swscale would
// "correct" the picture for the difference.
func (s *swscale) commonColor(color astiavx.Color, input astiav.PixelFormat) astiavx.Color {
	color.Primaries, color.Transfer = s.cfg.Color.Primaries, s.cfg.Color.Transfer
	if astiavx.DescribePixelFormat(input).XYZ || astiavx.DescribePixelFormat(s.cfg.Format).XYZ {
		color.Primaries, color.Transfer = astiav.ColorPrimariesBt709, astiav.ColorTransferCharacteristicSmpte428
	}
	return color
}

func (s *swscale) free() {
	s.shelter.free()
	s.unpacker.free()
	s.src.Free()
	s.scaler.Free()
}
