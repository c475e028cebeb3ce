package nodes

import (
	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/rgbyuv"
	"github.com/avloom/avloom/pipeline"
)

// encodesJPEG returns true if the encoder takes the Y, Cb and Cr of this JPEG picture as they are,
// so that no sample changes. 4:1:0 never qualifies: a chroma sample belongs to two rows in Go's
// image package, and to four rows in FFmpeg.
func (c *Convert) encodesJPEG(in pipeline.Input) bool {
	info, color := astiavx.DescribePixelFormat(in.Format), c.cfg.Color
	bt601 := color.Space == astiav.ColorSpaceSmpte170M || color.Space == astiav.ColorSpaceBt470Bg
	centre := color.Location == astiav.ChromaLocationUnspecified || color.Location == astiav.ChromaLocationCenter
	full := info.Log2ChromaWidth == 0 && info.Log2ChromaHeight == 0
	same := in.Format == astiavx.WithoutRange(c.cfg.Format) && in.Format != astiav.PixelFormatYuv410P
	return in.JPEG && same && in.Phase == [2]int{} && color.Range == astiav.ColorRangeJpeg && bt601 &&
		(centre || full) && !c.padder.enlarges(c.cfg.Width, c.cfg.Height)
}

// jpegDecoder converts the Y, Cb and Cr of JPEG to RGB, for encoders whose format only swscale can
// make.
type jpegDecoder struct {
	input  rgbyuv.Input
	kernel *rgbyuv.Converter // of the input; nil until it is needed
	out    pipeline.Frame
}

// decode returns the picture, of width × height pixels, in R, G and B. The result is valid until
// the next call. All pictures have one size.
func (d *jpegDecoder) decode(in pipeline.Input, width, height int) (pipeline.Input, error) {
	if input := jpegInputs[in.Format]; d.kernel == nil || d.input != input {
		d.input = input
		d.kernel, _ = rgbyuv.New(rgbyuv.Config{Input: input, Output: rgbyuv.RGB})
	}
	if d.out.Frame == nil {
		var err error
		if d.out, err = newScratch(astiav.PixelFormatGbrp, width, height); err != nil {
			return in, err
		}
	}
	picture := pictureIn(d.out)
	dst := rgbFromGBR(rgbyuv.Planes{Data: picture.Planes, Stride: picture.Strides})
	d.kernel.Convert(dst, rgbyuv.Planes{Data: in.Planes, Stride: in.Strides, Phase: in.Phase}, width, height)
	return picture, nil
}

// rgbFromGBR puts the planes of gbrp, which are G, B and R, in the order R, G and B.
func rgbFromGBR(p rgbyuv.Planes) rgbyuv.Planes {
	p.Data[0], p.Data[1], p.Data[2] = p.Data[2], p.Data[0], p.Data[1]
	p.Stride[0], p.Stride[1], p.Stride[2] = p.Stride[2], p.Stride[0], p.Stride[1]
	return p
}

func (d *jpegDecoder) free() { d.out.Free() }
