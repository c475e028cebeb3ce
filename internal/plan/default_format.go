package plan

import (
	"slices"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/color"
	"github.com/avloom/avloom/muxer/container"
)

// usualFormat returns the format in which RGB of 8 bits is encoded by default: for gif a palette
// that is made of the pictures; otherwise the first of the encoder's formats that has colour and no
// palette, or yuv420p if the encoder names none.
func usualFormat(codec *astiav.Codec, supported []astiav.PixelFormat) astiav.PixelFormat {
	switch {
	case len(supported) == 0:
		return astiav.PixelFormatYuv420P
	case codec.ID() == astiav.CodecIDGif && slices.Contains(supported, astiav.PixelFormatPal8):
		return astiav.PixelFormatPal8
	}
	for _, f := range supported {
		info := astiavx.DescribePixelFormat(f)
		if !info.Gray && !info.Palette {
			return f
		}
	}
	return supported[0]
}

// defaultFormats returns the formats to try if the config names none, the best first:
//   - For RGB of 8 bits without alpha: the usual format, so that all players show the video.
//   - For other input, in this order: the input's own format; the usual format if nothing is lost
//     in it, otherwise the closest of the formats in which nothing is lost; for a lossless codec
//     the closest of all formats; the usual format.
//
// RGB of 8 bits with an alpha or with a palette is not converted to another RGB format for a lossy
// codec: few players show RGB in such codecs.
func (p *Video) defaultFormats(
	codec *astiav.Codec, supported []astiav.PixelFormat, containers []astiavx.Container,
) []astiav.PixelFormat {
	usual := usualFormat(codec, supported)
	info := astiavx.DescribePixelFormat(p.InputFormat)
	if isRGB8(info) && !info.Alpha {
		return []astiav.PixelFormat{usual}
	}
	if codec.ID() == astiav.CodecIDRawvideo {
		supported = p.rawFormats(containers)
	}
	var formats []astiav.PixelFormat
	add := func(more ...astiav.PixelFormat) {
		for _, f := range more {
			if !slices.Contains(formats, f) {
				formats = append(formats, f)
			}
		}
	}
	if own := p.ownFormat(codec); len(supported) == 0 || slices.Contains(supported, own) {
		add(own)
	}
	palette := usual == astiav.PixelFormatPal8 && (!info.Gray || info.Alpha)
	lossless := astiavx.NeverLossy(codec.ID()) && !palette
	if lossless || !isRGB8(info) {
		add(p.formatsWithoutLoss(codec, usual, supported)...)
	}
	if lossless && len(supported) > 0 && astiavx.CanScaleFrom(p.InputFormat) {
		add(astiavx.ClosestPixelFormat(supported, p.InputFormat))
	}
	if len(formats) == 0 || encodable(codec, p.InputFormat, usual) {
		add(usual)
	}
	return formats
}

// rawFormats returns the formats of rawvideo for which each container has a name. Containers that
// take every format are left out. Nil: every format is possible.
func (p *Video) rawFormats(containers []astiavx.Container) []astiav.PixelFormat {
	var common []astiav.PixelFormat
	for _, c := range containers {
		var known []astiav.PixelFormat
		for _, name := range container.RawFormats(c.Streams()) {
			f := astiav.FindPixelFormatByName(name)
			if f != astiav.PixelFormatNone && reachable(p.InputFormat, f) {
				known = append(known, f)
			}
		}
		if len(common) > 0 && len(known) > 0 {
			known = slices.DeleteFunc(known, func(f astiav.PixelFormat) bool { return !slices.Contains(common, f) })
		}
		if len(known) > 0 {
			common = known
		}
	}
	return common
}

// isRGB8 says whether each pixel of a format has 8 bits of R, G and B, or an index into a palette
// of such colours.
func isRGB8(info astiavx.PixelFormatInfo) bool {
	return info.RGB && info.Bits == 8 && !info.XYZ && !info.Mosaic
}

// ownFormat returns the input's format, or its twin with another range: the format of JPEG for a
// codec that has the full range only; for a codec that does not signal the range, the format
// without a range, because readers would take the full range of the format of JPEG for the limited
// one.
func (p *Video) ownFormat(codec *astiav.Codec) astiav.PixelFormat {
	rules := color.RulesFor(codec.ID())
	switch {
	case rules.OnlyFullRange:
		return color.WithFullRange(p.InputFormat)
	case !rules.SignalsRange:
		return astiavx.WithoutRange(p.InputFormat)
	default:
		return p.InputFormat
	}
}

// formatsWithoutLoss returns a format in which nothing of the input is lost: the usual one if
// possible, otherwise the closest one; nil if there is none.
func (p *Video) formatsWithoutLoss(
	codec *astiav.Codec, usual astiav.PixelFormat, supported []astiav.PixelFormat,
) []astiav.PixelFormat {
	onlyFull := color.RulesFor(codec.ID()).OnlyFullRange
	formats := slices.DeleteFunc(slices.Clone(supported), func(f astiav.PixelFormat) bool {
		isOfOtherRange := onlyFull && !color.IsFullRange(f) || !onlyFull && astiavx.WithoutRange(f) != f
		return isOfOtherRange || len(p.losses(f)) > 0
	})
	switch {
	case len(formats) == 0:
		return nil
	case slices.Contains(formats, usual):
		return []astiav.PixelFormat{usual}
	default:
		return []astiav.PixelFormat{astiavx.ClosestPixelFormat(formats, p.InputFormat)}
	}
}

// losses names what the input loses in a pixel format. A format of JPEG counts as the format of the
// same layout without a range, which can have the full range too.
func (p *Video) losses(format astiav.PixelFormat) []string {
	return conversionLosses(astiavx.WithoutRange(p.InputFormat), astiavx.WithoutRange(format))
}

// keepsFullRange says whether input in a format of JPEG keeps its full range when it is encoded in
// a format that does not imply a range.
func (p *Video) keepsFullRange() bool {
	return p.Config.PixelFormat == "" && astiavx.WithoutRange(p.InputFormat) != p.InputFormat
}

// DefaultFormatLosses names what the input loses in a pixel format that avloom chose, for the log.
// It does not report that RGB of 8 bits becomes YUV, which is usual.
func (p *Video) DefaultFormatLosses(s VideoEncoder) []string {
	info := astiavx.DescribePixelFormat(p.InputFormat)
	switch {
	case p.Config.PixelFormat != "" || p.OnCUDA() || s.Format == p.InputFormat && s.alphaLoss == nil:
		return nil
	case isRGB8(info) && info.Alpha && s.Palette != nil && s.Palette.Transparent:
		return []string{"partial alpha"}
	case isRGB8(info) && info.Alpha && (s.alphaLoss != nil || !hasAlpha(s.Format)):
		return []string{"alpha"}
	case isRGB8(info):
		return nil
	}
	return p.losses(s.Format)
}
