package color

import (
	"slices"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/avoption"
)

// firstBT709Height is the height in pixels from which video counts as high definition, whose matrix
// is BT.709 (ITU-R BT.709). Video of fewer lines has the matrix of BT.601.
const firstBT709Height = 720

// Target describes the video whose colour properties are resolved.
type Target struct {
	Format    astiav.PixelFormat
	Codec     astiav.CodecID // CodecIDNone: not known yet
	Container string         // FFmpeg's name; "": not known yet
	Height    int            // in pixels
}

// defaults returns the colour properties of a video for which the user asks for nothing.
func (t Target) defaults() astiavx.Color {
	color := astiavx.Color{
		Space: astiav.ColorSpaceSmpte170M, Range: astiav.ColorRangeMpeg,
		Primaries: astiav.ColorPrimariesBt709, Transfer: astiav.ColorTransferCharacteristicBt709,
	}
	if t.Height >= firstBT709Height {
		color.Space = astiav.ColorSpaceBt709
	}
	if IsFullRange(t.Format) {
		color.Range = astiav.ColorRangeJpeg
	}
	if IsSubsampled420(astiavx.DescribePixelFormat(t.Format)) {
		color.Location = astiav.ChromaLocationCenter
	}
	return color
}

// fit replaces each property that the pixel format, the codec or the container cannot signal by one
// that they can.
func (t Target) fit(color astiavx.Color) astiavx.Color {
	info, rules := astiavx.DescribePixelFormat(t.Format), RulesFor(t.Codec)
	switch {
	case info.RGB:
		color.Space = astiav.ColorSpaceRgb
	case len(rules.matrices) > 0:
		color.Space = chooseMatrix(color.Space, rules.matrices)
	}
	switch {
	case IsFullRange(t.Format), rules.OnlyFullRange:
		color.Range = astiav.ColorRangeJpeg
	case rules.onlyLimited, !rules.SignalsRange && !signalsRange(t.Container):
		color.Range = astiav.ColorRangeMpeg
	}
	color.Location = rules.fitLocation(color.Location, info)
	return color
}

// fitLocation returns the wanted chroma location, or the one that the codec has for chroma of the
// format. A format that does not subsample chroma has none.
func (r CodecRules) fitLocation(wanted astiav.ChromaLocation, info astiavx.PixelFormatInfo) astiav.ChromaLocation {
	switch {
	case IsSubsampled420(info) && len(r.locations) > 0 && !slices.Contains(r.locations, wanted):
		return r.locations[0]
	case IsSubsampled420(info):
		return wanted
	case info.Log2ChromaWidth+info.Log2ChromaHeight == 0:
		return astiav.ChromaLocationUnspecified
	case info.Log2ChromaHeight == 0 && r.location422 != astiav.ChromaLocationUnspecified:
		return r.location422
	default:
		return wanted
	}
}

// chooseMatrix returns the first known matrix that has the numbers of the wanted one, otherwise the
// first of all.
func chooseMatrix(wanted astiav.ColorSpace, known []astiav.ColorSpace) astiav.ColorSpace {
	if i := slices.IndexFunc(known, func(m astiav.ColorSpace) bool { return sameMatrix(m, wanted) }); i >= 0 {
		return known[i]
	}
	return known[0]
}

// sameMatrix says whether two names stand for the same numbers. BT.601 has two names: one for the
// systems of 525 lines, and one for those of 625 lines.
func sameMatrix(a, b astiav.ColorSpace) bool {
	isBT601 := func(m astiav.ColorSpace) bool {
		return m == astiav.ColorSpaceSmpte170M || m == astiav.ColorSpaceBt470Bg
	}
	return a == b || isBT601(a) && isBT601(b)
}

// IsFullRange says whether video of a pixel format always has the full range: RGB, the formats of
// JPEG, and grey. FFmpeg's converters and readers take grey for full range, whatever its tags say.
func IsFullRange(format astiav.PixelFormat) bool {
	info := astiavx.DescribePixelFormat(format)
	return info.RGB || info.Gray || slices.Contains(jpegFormats, format)
}

// IsSubsampled420 says whether a chroma sample of the format serves two columns and two rows.
func IsSubsampled420(info astiavx.PixelFormatInfo) bool {
	return info.Log2ChromaWidth == 1 && info.Log2ChromaHeight == 1
}

// ForceLeftSiting moves 4:2:0 chroma to the left, for an encoder that does not signal where chroma
// lies: readers then expect it on the left. If the user asked for another location, ForceLeftSiting
// returns that wish.
func ForceLeftSiting(color *astiavx.Color, wanted avoption.Setting, encoder string) []UnmetWish {
	if color.Location == astiav.ChromaLocationUnspecified {
		return nil
	}
	wasLeft := color.Location == astiav.ChromaLocationLeft
	color.Location = astiav.ChromaLocationLeft
	if wasLeft || wanted.Value == "" {
		return nil
	}
	return []UnmetWish{{Setting: wanted, limit: encoder}}
}
