package nodes

import (
	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/pipeline"
)

// unpacker converts pictures whose last column cannot be repeated by copying bytes: pixels of bits,
// pairs of pixels that share their chroma, mosaics. The result has the same colours, and whole
// bytes for each pixel.
type unpacker struct {
	scaler *astiavx.Scaler // nil until it is needed
	out    pipeline.Frame
}

// unpackedFormat returns the format into which pictures are unpacked. It loses nothing.
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

// unpack returns the picture in src unpacked, with these colour tags. The result is valid until the
// next call.
func (u *unpacker) unpack(src pipeline.Frame, color astiavx.Color) (pipeline.Input, error) {
	if u.scaler == nil {
		u.scaler = newScaler(scalers["area"], 1)
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

// prepare allocates the picture into which src is unpacked. All pictures have one size.
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

func (u *unpacker) free() {
	u.out.Free()
	if u.scaler != nil {
		u.scaler.Free()
	}
}
