package nodes

import (
	"fmt"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/pipeline"
)

// unpacker turns pictures whose last column cannot be repeated by copying bytes (bits, pairs of pixels that share their chroma, the mosaic of
// a sensor) into pictures of the same colours where it can.
type unpacker struct {
	scaler *astiavx.Scaler // nil until it is needed
	out    pipeline.Frame
}

// unpackedFormat is the format to turn these pictures into, which loses nothing.
func unpackedFormat(info astiavx.PixelFormatInfo) astiav.PixelFormat {
	switch {
	case info.Gray: // black and white
		return astiav.PixelFormatGray8
	case info.RGB && info.Bytes[0] == 1:
		return astiav.PixelFormatRgb24
	case info.RGB:
		return astiav.PixelFormatRgb48Le
	case info.Log2ChromaWidth == 2:
		return astiav.PixelFormatYuv411P
	case info.Bytes[0] <= 4:
		return astiav.PixelFormatYuv422P
	default:
		return astiav.PixelFormatYuv422P16Le
	}
}

// unpack returns the picture in src, whose colours are these, as one that is valid until the next call.
func (u *unpacker) unpack(src pipeline.Frame, color astiavx.Color) (pipeline.Input, error) {
	if u.scaler == nil {
		u.scaler = astiavx.NewScaler()
	}
	u.out.Free()
	u.out = pipeline.NewFrame()
	u.out.SetWidth(src.Width())
	u.out.SetHeight(src.Height())
	u.out.SetPixelFormat(unpackedFormat(astiavx.DescribePixelFormat(src.PixelFormat())))
	if err := u.out.AllocBuffer(0); err != nil {
		return pipeline.Input{}, fmt.Errorf("allocate a picture of %d×%d %s: %w", src.Width(), src.Height(), u.out.PixelFormat(), err)
	}
	astiavx.SetColor(u.out.Frame, color)
	if err := u.scaler.Convert(u.out.Frame, src.Frame); err != nil {
		return pipeline.Input{}, err
	}
	picture := pipeline.Input{Format: u.out.PixelFormat()}
	strides := u.out.Linesize()
	for i := range astiavx.DescribePixelFormat(picture.Format).Planes {
		picture.Planes[i], picture.Strides[i] = astiavx.Plane(u.out.Frame, i), strides[i]
	}
	return picture, nil
}

func (u *unpacker) free() {
	u.out.Free()
	if u.scaler != nil {
		u.scaler.Free()
	}
}
