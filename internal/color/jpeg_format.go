package color

import (
	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
)

// jpegFormats are the pixel formats that imply full range, which FFmpeg made for JPEG.
var jpegFormats = []astiav.PixelFormat{
	astiav.PixelFormatYuvj420P, astiav.PixelFormatYuvj422P, astiav.PixelFormatYuvj444P,
	astiav.PixelFormatYuvj440P, astiav.PixelFormatYuvj411P,
}

// WithFullRange returns the format of the same layout that implies full range, where there is one;
// otherwise it returns the format itself.
func WithFullRange(format astiav.PixelFormat) astiav.PixelFormat {
	for _, jpeg := range jpegFormats {
		if astiavx.WithoutRange(jpeg) == format {
			return jpeg
		}
	}
	return format
}
