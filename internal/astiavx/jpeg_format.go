package astiavx

import "github.com/asticode/go-astiav"

// WithoutRange returns the format of the same layout that implies no range; the colour tags state
// the range then. Swscale warns about the formats that imply full range, which FFmpeg made for
// JPEG. FFmpeg's own table of them is not public (handle_jpeg in libswscale/utils.c).
func WithoutRange(format astiav.PixelFormat) astiav.PixelFormat {
	switch format {
	case astiav.PixelFormatYuvj420P:
		return astiav.PixelFormatYuv420P
	case astiav.PixelFormatYuvj422P:
		return astiav.PixelFormatYuv422P
	case astiav.PixelFormatYuvj444P:
		return astiav.PixelFormatYuv444P
	case astiav.PixelFormatYuvj440P:
		return astiav.PixelFormatYuv440P
	case astiav.PixelFormatYuvj411P:
		return astiav.PixelFormatYuv411P
	default:
		return format
	}
}
