package color

import (
	"slices"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/avoption"
)

// Codec is what a codec says of colour in its own bitstream, or leaves its readers to take for
// granted. They heed it whatever a container says.
type Codec struct {
	spaces    []astiav.ColorSpace     // the matrices that it can stand for; nil: any, or it leaves that to the container
	locations []astiav.ChromaLocation // where its 4:2:0 chroma can lie; nil: anywhere, or it leaves that to the container
	beside    astiav.ChromaLocation   // where chroma lies that has as many lines as luma has, but fewer columns
	limited   bool                    // it has no full range
	Full      bool                    // it has no other
	SaysRange bool
}

// Codecs lists the codecs that say or fix something. What they fix is the first of each list,
// unless another one is wished for.
var Codecs = func() map[astiav.CodecID]Codec {
	const left, center, topleft = astiav.ChromaLocationLeft, astiav.ChromaLocationCenter, astiav.ChromaLocationTopleft
	location := func(l ...astiav.ChromaLocation) []astiav.ChromaLocation { return l }
	matrix := func(m ...astiav.ColorSpace) []astiav.ColorSpace { return m }
	const bt601, bt709 = astiav.ColorSpaceBt470Bg, astiav.ColorSpaceBt709
	return map[astiav.CodecID]Codec{
		astiav.CodecIDH264: {SaysRange: true, beside: left}, // ITU-T H.264, figure 6-2
		astiav.CodecIDHevc: {SaysRange: true, beside: left}, // ITU-T H.265, figure 6-2
		astiav.CodecIDVp9:  {SaysRange: true},
		// AV1 (chroma_sample_position in 6.4.2) knows no centre.
		astiav.CodecIDAv1: {SaysRange: true, locations: location(left, topleft)},
		// VP8 (RFC 6386, 9.2) knows one matrix; its clamping_type is no range.
		astiav.CodecIDVp8: {spaces: matrix(bt601), limited: true},
		// JFIF (ITU-T T.871, 7 and 9)
		astiav.CodecIDMjpeg: {spaces: matrix(bt601), locations: location(center), Full: true},
		astiav.CodecIDAmv:   {spaces: matrix(bt601), locations: location(center), Full: true},
		// ISO/IEC 11172-2, 2.4.1; ISO/IEC 13818-2, figures 6-1 and 6-2; ISO/IEC 14496-2, 6.1.3.6
		astiav.CodecIDMpeg1Video: {locations: location(center), limited: true},
		astiav.CodecIDMpeg2Video: {locations: location(left), beside: left, limited: true},
		astiav.CodecIDMpeg4:      {locations: location(left)},
		astiav.CodecIDH261:       {locations: location(center), limited: true}, // ITU-T H.261, figure 2
		astiav.CodecIDH263:       {locations: location(center), limited: true}, // ITU-T H.263, figure 2
		astiav.CodecIDH263P:      {locations: location(center), limited: true},
		astiav.CodecIDFlv1:       {locations: location(center), limited: true}, // a form of H.263
		// IEC 61834-2: BT.601, chroma on the first of its pixels
		astiav.CodecIDDvvideo: {spaces: matrix(bt601), locations: location(topleft), beside: left, limited: true},
		astiav.CodecIDSpeedhq: {spaces: matrix(bt601), locations: location(center), limited: true},
		astiav.CodecIDProres:  {limited: true}, // SMPTE RDD 36, 5.1.1: it says the matrix, and no range
		astiav.CodecIDDnxhd:   {spaces: matrix(bt709), SaysRange: true},
		astiav.CodecIDDirac:   {spaces: matrix(bt709, bt601), SaysRange: true}, // VC-2: SMPTE ST 2042-1, table 11.7
		astiav.CodecIDUtvideo: {spaces: matrix(bt601, bt709), limited: true},   // ULY and ULH
	}
}()

// signalsRange says whether a container tells the range of its video. The colr box of mov (nclc)
// does not, and others have no such thing.
func signalsRange(container string) bool {
	return slices.Contains([]string{"", "mp4", "avif", "matroska", "webm"}, container)
}

// LeastCapable is the name of the container that decides what can be said of colour: the first that
// does not tell the range, or else the first; "" where there is none yet.
func LeastCapable(names []string) string {
	if i := slices.IndexFunc(names, func(name string) bool { return !signalsRange(name) }); i >= 0 {
		return names[i]
	}
	return append(names, "")[0]
}

// defaults are the tags of a video of which nothing is wished.
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
	if info := astiavx.DescribePixelFormat(t.Format); IsSubsampled420(info) {
		color.Location = astiav.ChromaLocationCenter
	}
	return color
}

// fit makes of a wish the nearest that format, codec and container can say.
func (t Target) fit(color astiavx.Color) astiavx.Color {
	info, codec := astiavx.DescribePixelFormat(t.Format), Codecs[t.Codec]
	switch {
	case info.RGB:
		color.Space = astiav.ColorSpaceRgb
	case len(codec.spaces) > 0:
		color.Space = nearestMatrix(color.Space, codec.spaces)
	}
	switch {
	case IsFullRange(t.Format), codec.Full:
		color.Range = astiav.ColorRangeJpeg
	case codec.limited, !codec.SaysRange && !signalsRange(t.Container):
		color.Range = astiav.ColorRangeMpeg
	}
	color.Location = codec.fitLocation(color.Location, info)
	return color
}

func (c Codec) fitLocation(wished astiav.ChromaLocation, info astiavx.PixelFormatInfo) astiav.ChromaLocation {
	switch {
	case IsSubsampled420(info) && len(c.locations) > 0 && !slices.Contains(c.locations, wished):
		return c.locations[0]
	case IsSubsampled420(info):
		return wished
	case info.Log2ChromaWidth+info.Log2ChromaHeight == 0:
		return astiav.ChromaLocationUnspecified
	case info.Log2ChromaHeight == 0 && c.beside != astiav.ChromaLocationUnspecified:
		return c.beside
	default:
		return wished
	}
}

// nearestMatrix is the wished one of those, or one of the same numbers, or else the first.
func nearestMatrix(wished astiav.ColorSpace, known []astiav.ColorSpace) astiav.ColorSpace {
	if i := slices.IndexFunc(known, func(m astiav.ColorSpace) bool { return sameMatrix(m, wished) }); i >= 0 {
		return known[i]
	}
	return known[0]
}

// sameMatrix says whether two names stand for the same numbers: BT.601 has one name for the lines
// of each continent.
func sameMatrix(a, b astiav.ColorSpace) bool {
	isBT601 := func(m astiav.ColorSpace) bool {
		return m == astiav.ColorSpaceSmpte170M || m == astiav.ColorSpaceBt470Bg
	}
	return a == b || isBT601(a) && isBT601(b)
}

// IsFullRange says whether a format has the full range whatever one wishes: RGB, the formats of
// JPEG, and grey, which FFmpeg's converters and readers take for full range whatever its tags say.
func IsFullRange(format astiav.PixelFormat) bool {
	switch format {
	case astiav.PixelFormatYuvj420P, astiav.PixelFormatYuvj422P, astiav.PixelFormatYuvj444P, astiav.PixelFormatYuvj440P,
		astiav.PixelFormatYuvj411P:
		return true
	default:
		info := astiavx.DescribePixelFormat(format)
		return info.RGB || info.Gray
	}
}

func IsSubsampled420(info astiavx.PixelFormatInfo) bool {
	return info.Log2ChromaWidth == 1 && info.Log2ChromaHeight == 1
}

// SiteOnTheLeft puts 4:2:0 chroma on the left, for an encoder that does not signal where it lies:
// readers look for it there. It returns the wish that this overrules.
func SiteOnTheLeft(color *astiavx.Color, wished avoption.Setting, encoder string) []Overruled {
	if color.Location == astiav.ChromaLocationUnspecified {
		return nil
	}
	kept := color.Location == astiav.ChromaLocationLeft
	color.Location = astiav.ChromaLocationLeft
	if kept || wished.Value == "" {
		return nil
	}
	return []Overruled{{wished, encoder}}
}
