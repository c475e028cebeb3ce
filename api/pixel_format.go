package api

import (
	"fmt"
	"slices"
	"strings"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/muxer"
)

// encodable are the pixel formats that the encoder takes and that we can convert to; none where it names none.
func encodable(codec *astiav.Codec) []astiav.PixelFormat {
	return slices.DeleteFunc(codec.SupportedPixelFormats(), func(f astiav.PixelFormat) bool { return !astiavx.CanScaleTo(f) })
}

// pixelFormat is the format to encode in.
func (p *videoPlan) pixelFormat(codec *astiav.Codec) (astiav.PixelFormat, error) {
	if p.onCUDA() {
		return astiav.PixelFormatNv12, nil
	}
	supported := encodable(codec)
	if named := codec.SupportedPixelFormats(); len(named) > 0 && len(supported) == 0 {
		return named[0], &ConfigError{Field: "Codec", Value: codec.Name(), Reason: "encodes " + named[0].Name() + " only, to which there is no conversion; take another"}
	}
	if p.cfg.PixelFormat == "" {
		if len(supported) > 0 {
			return supported[0], nil
		}
		return astiav.PixelFormatYuv420P, nil
	}
	names := make([]string, len(supported))
	for i, f := range supported {
		names[i] = f.Name()
		if names[i] == p.cfg.PixelFormat {
			return f, nil
		}
	}
	f, known := astiavx.FindPixelFormat(p.cfg.PixelFormat)
	if !known {
		if len(names) == 0 {
			names = astiavx.PixelFormats(astiavx.CanScaleTo)
		}
		return f, unknownPixelFormat("PixelFormat", p.cfg.PixelFormat, names)
	}
	if slices.Contains(supported, f) { // by another of its names
		return f, nil
	}
	if len(codec.SupportedPixelFormats()) > 0 || !astiavx.CanScaleTo(f) {
		return f, &ConfigError{Field: "PixelFormat", Value: p.cfg.PixelFormat, Reason: codec.Name() + " does not encode it", Supported: names}
	}
	return f, nil
}

// checkRaw finds a format of rawvideo that readers of the container would take for another.
func (p *videoPlan) checkRaw(codec *astiav.Codec, format astiav.PixelFormat, container string) error {
	known := muxer.RawFormats(container)
	if codec.ID() != astiav.CodecIDRawvideo || known == nil || slices.Contains(known, format.Name()) {
		return nil
	}
	reason := fmt.Sprintf("%s has no name for rawvideo in %s, which would be read wrongly", container, format.Name())
	return &ConfigError{Field: "PixelFormat", Value: p.cfg.PixelFormat, Reason: reason, Supported: known}
}

func unknownPixelFormat(field, name string, supported []string) error {
	reason := "there is no such pixel format"
	if _, known := astiavx.FindPixelFormat(name); known {
		reason = "there is no conversion for this pixel format"
	}
	return &ConfigError{Field: field, Value: name, Reason: reason + didYouMean(name, supported), Supported: wellKnownFirst(supported, wellKnownFormats)}
}

// wellKnownFormats stand first where a message lists what would do.
var wellKnownFormats = []string{
	"rgb24", "rgba", "bgr24", "bgra", "yuv420p", "yuv422p", "yuv444p", "nv12", "yuv420p10le", "gray", "gbrp",
}

// wellKnownFirst moves those of the names that are well known to the front.
func wellKnownFirst(names, wellKnown []string) []string {
	isKnown := func(name string) bool { return slices.Contains(wellKnown, name) }
	first := slices.DeleteFunc(slices.Clone(wellKnown), func(name string) bool { return !slices.Contains(names, name) })
	return append(first, slices.DeleteFunc(slices.Clone(names), isKnown)...)
}

// outSize is the size to encode: the input's, or what OddSize makes of it.
func (p *videoPlan) outSize(codec *astiav.Codec, format astiav.PixelFormat) (width, height int, err error) {
	info := astiavx.DescribePixelFormat(format)
	width, fits := p.fit(p.cfg.Width, info.Log2ChromaWidth)
	if !fits {
		return 0, 0, p.oddSize("Width", p.cfg.Width, 1<<info.Log2ChromaWidth, codec, format)
	}
	height, fits = p.fit(p.cfg.Height, info.Log2ChromaHeight)
	if !fits {
		return 0, 0, p.oddSize("Height", p.cfg.Height, 1<<info.Log2ChromaHeight, codec, format)
	}
	return width, height, nil
}

func (p *videoPlan) fit(n, log2 int) (fitting int, ok bool) {
	step := 1 << log2
	rest := n % step
	switch {
	case rest == 0:
		return n, true
	case p.cfg.OddSize == OddSizePad:
		return n + step - rest, true
	case p.cfg.OddSize == OddSizeCrop && n > rest:
		return n - rest, true
	default:
		return n, false
	}
}

func (p *videoPlan) oddSize(field string, n, step int, codec *astiav.Codec, format astiav.PixelFormat) error {
	var reason strings.Builder
	fmt.Fprintf(&reason, "must be a multiple of %d for %s, which subsamples chroma; set OddSize to pad", step, format.Name())
	if n > step {
		reason.WriteString(" or crop")
	}
	for _, f := range encodable(codec) {
		if p.onCUDA() {
			break // which has no other format
		}
		info := astiavx.DescribePixelFormat(f)
		if info.Log2ChromaWidth+info.Log2ChromaHeight == 0 && !info.Gray {
			reason.WriteString(", or PixelFormat to " + f.Name())
			break
		}
	}
	return &ConfigError{Field: field, Value: n, Reason: reason.String()}
}

// checkProfile finds an H.264 profile that cannot hold the format: x264 would say so on stderr. (ITU-T H.264, Annex A.2.)
func checkProfile(encoder string, options []codecOption, format astiav.PixelFormat) error {
	i := slices.IndexFunc(options, func(o codecOption) bool { return o.key == "profile" && strings.HasPrefix(encoder, "libx264") })
	if i < 0 {
		return nil
	}
	info := astiavx.DescribePixelFormat(format)
	least := "baseline"
	switch {
	case info.Log2ChromaWidth == 0 && !info.Gray:
		least = "high444"
	case info.Log2ChromaHeight == 0 && !info.Gray:
		least = "high422"
	case info.Bytes[0] > 1:
		least = "high10"
	case info.Gray:
		least = "high"
	}
	fitting := x264Profiles[slices.Index(x264Profiles, least):]
	if slices.ContainsFunc(fitting, func(name string) bool { return strings.EqualFold(name, options[i].value) }) {
		return nil
	}
	return options[i].wrong("this profile does not hold "+format.Name(), fitting...)
}
