package astiavx

import "github.com/asticode/go-astiav"

// jpegFormats are the pixel formats that imply full range, which FFmpeg made for JPEG, each with
// the format of the same layout that implies no range.
var jpegFormats = [][2]astiav.PixelFormat{
	{astiav.PixelFormatYuvj420P, astiav.PixelFormatYuv420P},
	{astiav.PixelFormatYuvj422P, astiav.PixelFormatYuv422P},
	{astiav.PixelFormatYuvj444P, astiav.PixelFormatYuv444P},
	{astiav.PixelFormatYuvj440P, astiav.PixelFormatYuv440P},
	{astiav.PixelFormatYuvj411P, astiav.PixelFormatYuv411P},
}

// WithoutRange returns the format of the same layout that implies no range; the colour tags state
// the range then.
func WithoutRange(format astiav.PixelFormat) astiav.PixelFormat {
	for _, pair := range jpegFormats {
		if pair[0] == format {
			return pair[1]
		}
	}
	return format
}

// WithFullRange returns the format of the same layout that implies full range, where there is one;
// otherwise it returns the format itself.
func WithFullRange(format astiav.PixelFormat) astiav.PixelFormat {
	for _, pair := range jpegFormats {
		if pair[1] == format {
			return pair[0]
		}
	}
	return format
}
