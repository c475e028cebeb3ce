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
		u.scaler = newScaler()
	}
	if err := u.prepare(src); err != nil {
		return pipeline.Input{}, err
	}
	astiavx.SetColor(u.out.Frame, color)
	if err := u.scaler.Convert(u.out.Frame, src.Frame); err != nil {
		return pipeline.Input{}, err
	}
	return pictureIn(u.out), nil
}

// prepare allocates the picture to unpack src into. All pictures have one size.
func (u *unpacker) prepare(src pipeline.Frame) error {
	format := unpackedFormat(astiavx.DescribePixelFormat(src.PixelFormat()))
	if u.out.Frame != nil && u.out.PixelFormat() == format {
		return nil
	}
	u.out.Free()
	var err error
	u.out, err = newScratch(format, src.Width(), src.Height())
	return err
}

// newScratch allocates a picture that is used again and again.
func newScratch(format astiav.PixelFormat, width, height int) (pipeline.Frame, error) {
	f := pipeline.NewFrame()
	f.SetWidth(width)
	f.SetHeight(height)
	f.SetPixelFormat(format)
	if err := f.AllocBuffer(0); err != nil {
		f.Free()
		return pipeline.Frame{}, fmt.Errorf("allocate a picture of %d×%d %s: %w", width, height, format, err)
	}
	return f, nil
}

// pictureIn is the picture in a frame, which stays its owner.
func pictureIn(f pipeline.Frame) pipeline.Input {
	picture := pipeline.Input{Format: f.PixelFormat(), Strides: stridesOf(f)}
	for i := range picture.Planes {
		picture.Planes[i] = astiavx.Plane(f.Frame, i)
	}
	return picture
}

func (u *unpacker) free() {
	u.out.Free()
	if u.scaler != nil {
		u.scaler.Free()
	}
}
