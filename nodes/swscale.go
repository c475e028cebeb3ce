package nodes

import (
	"unsafe"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/pipeline"
)

// swscale converts the pictures for which there is no kernel, and scales in the same pass. A
// picture that must be padded is copied first; if its pixels have no bytes of their own, swscale
// unpacks it first. Scaled pictures are padded in place, in memory that has room for it.
type swscale struct {
	cfg      *ConvertConfig
	padder   *padder
	scaler   *astiavx.Scaler
	shelter  shelter
	unpacker unpacker
	src      pipeline.Frame // refers to a picture while swscale reads it

	scaled, padded []plane // of a scaled picture that must be padded, before and after
}

func newSwscale(cfg *ConvertConfig, padder *padder) swscale {
	s := swscale{
		cfg: cfg, padder: padder, scaler: newScaler(cfg.method(), cfg.threads()), src: pipeline.NewFrame(),
		shelter: shelter{output: cfg.Format},
	}
	if cfg.Scales() && (cfg.OutWidth > cfg.ScaledWidth || cfg.OutHeight > cfg.ScaledHeight) {
		s.scaled = planesOf(cfg.Format, cfg.ScaledWidth, cfg.ScaledHeight)
		s.padded = planesOf(cfg.Format, cfg.OutWidth, cfg.OutHeight)
	}
	return s
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
// The size of out becomes the one to encode.
func (s *swscale) convert(out pipeline.Frame, picture pipeline.Input) error {
	if !s.cfg.Scales() && differInAlpha(picture.Format, s.cfg.Format) {
		copyColors(out, picture)
		return nil
	}
	defer s.dropReferences()
	if s.cfg.Scales() {
		s.refer(picture, s.cfg.Width, s.cfg.Height)
		out.SetWidth(s.cfg.ScaledWidth)
		out.SetHeight(s.cfg.ScaledHeight)
	} else {
		s.refer(picture, s.cfg.OutWidth, s.cfg.OutHeight)
	}
	out.SetPixelFormat(astiavx.WithoutRange(s.cfg.Format))
	astiavx.SetColor(out.Frame, s.commonColor(s.cfg.Color, picture.Format))
	err := s.scaler.Convert(out.Frame, s.src.Frame)
	out.SetPixelFormat(s.cfg.Format)
	astiavx.SetColor(out.Frame, s.cfg.Color)
	if s.cfg.Scales() {
		out.SetWidth(s.cfg.OutWidth)
		out.SetHeight(s.cfg.OutHeight)
		s.padScaled(out)
	}
	return err
}

// padScaled repeats the last column and row of a scaled picture as far as the encoder needs. A
// subsampled plane needs none: it has a sample for the part of a block at the edge.
func (s *swscale) padScaled(out pipeline.Frame) {
	strides := stridesOf(out)
	for i, from := range s.scaled {
		to := s.padded[i]
		if from.bytes < to.bytes || from.rows < to.rows {
			pixels := unsafe.Slice((*byte)(astiavx.Plane(out.Frame, i)), strides[i]*to.rows)
			repeatEdge(pixels, strides[i], from, to)
		}
	}
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
// those of the output, or those that swscale assumes of XYZ, or any of bitmaps, which have none. If
// they differed, swscale would "correct" the picture for the difference.
func (s *swscale) commonColor(color astiavx.Color, input astiav.PixelFormat) astiavx.Color {
	color.Primaries, color.Transfer = s.cfg.Color.Primaries, s.cfg.Color.Transfer
	if astiavx.DescribePixelFormat(input).XYZ || astiavx.DescribePixelFormat(s.cfg.Format).XYZ {
		color.Primaries, color.Transfer = astiav.ColorPrimariesBt709, astiav.ColorTransferCharacteristicSmpte428
	}
	if isBitmap(input) || isBitmap(s.cfg.Format) { // swscale compares other primaries than BT.709 with none
		color.Primaries, color.Transfer = astiav.ColorPrimariesBt709, astiav.ColorTransferCharacteristicBt709
	}
	return color
}

// isBitmap reports whether pixels of the format are bits, black or white.
func isBitmap(format astiav.PixelFormat) bool {
	info := astiavx.DescribePixelFormat(format)
	return info.Gray && info.Bits == 1
}

func (s *swscale) free() {
	s.shelter.free()
	s.unpacker.free()
	s.src.Free()
	s.scaler.Free()
}
