package nodes

import (
	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/rgbyuv"
	"github.com/avloom/avloom/pipeline"
)

// encodesJPEG says whether the encoder takes the Y, Cb and Cr of JPEG just as they are in this
// picture, so that no sample changes. The 4:1:0 of Go's image has a chroma sample for two rows,
// that of FFmpeg one for four.
func (c *Convert) encodesJPEG(in pipeline.Input) bool {
	info, color := astiavx.DescribePixelFormat(in.Format), c.cfg.Color
	bt601 := color.Space == astiav.ColorSpaceSmpte170M || color.Space == astiav.ColorSpaceBt470Bg
	centre := color.Location == astiav.ChromaLocationUnspecified || color.Location == astiav.ChromaLocationCenter
	whole := info.Log2ChromaWidth == 0 && info.Log2ChromaHeight == 0
	same := in.Format == astiavx.WithoutRange(c.cfg.Format) && in.Format != astiav.PixelFormatYuv410P
	return in.JPEG && same && in.Phase == [2]int{} && color.Range == astiav.ColorRangeJpeg && bt601 &&
		(centre || whole) && !c.padder.enlarges(c.cfg.Width, c.cfg.Height)
}

// jpegDecoder turns the Y, Cb and Cr of JPEG into RGB, where an encoder takes what only swscale can
// make.
type jpegDecoder struct {
	input  rgbyuv.Input
	kernel *rgbyuv.Converter // of the input; nil until it is needed
	out    pipeline.Frame
}

// decode returns the picture, of width × height pixels, in R, G and B, valid until the next call.
// All pictures have one size.
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
	planes, strides := picture.Planes, picture.Strides // G, B and R
	dst := rgbyuv.Planes{}
	dst.Data[0], dst.Data[1], dst.Data[2] = planes[2], planes[0], planes[1]
	dst.Stride[0], dst.Stride[1], dst.Stride[2] = strides[2], strides[0], strides[1]
	d.kernel.Convert(dst, rgbyuv.Planes{Data: in.Planes, Stride: in.Strides, Phase: in.Phase}, width, height)
	return picture, nil
}

func (d *jpegDecoder) free() { d.out.Free() }
