package plan

import (
	"slices"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/color"
	"github.com/avloom/avloom/muxer/container"
)

// usualFormat is the format in which RGB of 8 bits is encoded by default: the first that the
// encoder can be given, or yuv420p where it names none.
func usualFormat(supported []astiav.PixelFormat) astiav.PixelFormat {
	if len(supported) > 0 {
		return supported[0]
	}
	return astiav.PixelFormatYuv420P
}

// defaultFormats are the formats of which the first that can be had is the default, the best first:
//   - RGB of 8 bits: the usual one. So H.264 and its like are made as all players take them.
//   - all else: the input's own; the usual one if nothing is lost in it; the closest of those in
//     which nothing is lost; in a codec that never loses anything the closest of all; the usual
//     one.
//
// RGB of 8 bits with an alpha, or of a palette, is not turned into another RGB for a codec that
// loses something anyway: few players show RGB there.
func (p *Video) defaultFormats(
	codec *astiav.Codec,
	supported []astiav.PixelFormat,
	containers []astiavx.Container,
) []astiav.PixelFormat {
	usual := usualFormat(supported)
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
	never := astiavx.NeverLossy(codec.ID())
	if never || !isRGB8(info) {
		add(p.harmless(codec, usual, supported)...)
	}
	if never && len(supported) > 0 && astiavx.CanScaleFrom(p.InputFormat) {
		add(astiavx.ClosestPixelFormat(supported, p.InputFormat))
	}
	if len(formats) == 0 || reachable(p.InputFormat, usual) {
		add(usual)
	}
	return formats
}

// rawFormats are those that all of the containers have a name for where some of them know a few
// only; none: any.
func (p *Video) rawFormats(containers []astiavx.Container) []astiav.PixelFormat {
	var common []astiav.PixelFormat
	for _, c := range containers {
		var known []astiav.PixelFormat
		for _, name := range container.RawFormats(c.Name) {
			if f := astiav.FindPixelFormatByName(name); f != astiav.PixelFormatNone && reachable(p.InputFormat, f) {
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

// isRGB8 says whether a format has 8 bits of R, G and B for each pixel, or a palette of such
// colours.
func isRGB8(info astiavx.PixelFormatInfo) bool {
	return info.RGB && info.Bits == 8 && !info.XYZ && !info.Mosaic
}

// ownFormat is the input's format, or for a codec that does not say the range itself, so that
// readers would take that of JPEG for the limited one, the format that says nothing of the range;
// for one that has the full range only, the one of JPEG.
func (p *Video) ownFormat(codec *astiav.Codec) astiav.PixelFormat {
	c := color.RulesFor(codec.ID())
	switch {
	case c.OnlyFullRange:
		return color.WithFullRange(p.InputFormat)
	case !c.SignalsRange:
		return astiavx.WithoutRange(p.InputFormat)
	default:
		return p.InputFormat
	}
}

// harmless are formats in which nothing of the input is lost, the usual one first if it is among
// them.
func (p *Video) harmless(
	codec *astiav.Codec,
	usual astiav.PixelFormat,
	supported []astiav.PixelFormat,
) []astiav.PixelFormat {
	c := color.RulesFor(codec.ID())
	harmless := slices.DeleteFunc(slices.Clone(supported), func(f astiav.PixelFormat) bool {
		return len(p.losses(f)) > 0 || c.OnlyFullRange && !color.IsFullRange(f) || !c.OnlyFullRange && astiavx.WithoutRange(f) != f
	})
	switch {
	case len(harmless) == 0:
		return nil
	case slices.Contains(harmless, usual):
		return []astiav.PixelFormat{usual}
	default:
		return []astiav.PixelFormat{astiavx.ClosestPixelFormat(harmless, p.InputFormat)}
	}
}

// losses names what the input loses in a pixel format. The formats of JPEG are others with a full
// range, which any can have.
func (p *Video) losses(format astiav.PixelFormat) []string {
	return conversionLosses(astiavx.WithoutRange(p.InputFormat), astiavx.WithoutRange(format))
}

// keepsFullRange says whether input of the formats of JPEG keeps its full range in a format that
// does not itself imply one.
func (p *Video) keepsFullRange() bool {
	return p.Config.PixelFormat == "" && astiavx.WithoutRange(p.InputFormat) != p.InputFormat
}

// DefaultFormatLosses names what the input loses where the pixel format is the default, for the log. That
// RGB of 8 bits becomes YUV is usual.
func (p *Video) DefaultFormatLosses(s VideoEncoder) []string {
	info := astiavx.DescribePixelFormat(p.InputFormat)
	switch {
	case p.Config.PixelFormat != "" || p.OnCUDA() || s.Format == p.InputFormat && s.opaque == nil:
		return nil
	case isRGB8(info) && info.Alpha && (s.opaque != nil || !hasAlpha(s.Format)):
		return []string{"alpha"}
	case isRGB8(info):
		return nil
	}
	return p.losses(s.Format)
}
