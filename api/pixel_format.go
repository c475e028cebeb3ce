package api

import (
	"fmt"
	"slices"
	"strings"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/muxer/container"
)

// encodable are the pixel formats that the encoder takes and that input of this format can be
// brought into: as it is, or by swscale. None where the encoder names none.
func encodable(codec *astiav.Codec, input astiav.PixelFormat) []astiav.PixelFormat {
	isFar := func(f astiav.PixelFormat) bool { return !reachable(input, f) }
	return slices.DeleteFunc(codec.SupportedPixelFormats(), isFar)
}

// reachable says whether pictures can be brought from one format into another.
func reachable(from, to astiav.PixelFormat) bool {
	return from == to || astiavx.CanScaleFrom(from) && astiavx.CanScaleTo(to)
}

// pixelFormats are the formats to encode in, the best first: the named one alone, or those that
// defaultFormats finds.
func (p *videoPlan) pixelFormats(codec *astiav.Codec, containers []astiavx.Container) ([]astiav.PixelFormat, error) {
	if p.onCUDA() {
		return []astiav.PixelFormat{astiav.PixelFormatNv12}, nil
	}
	supported, named := encodable(codec, p.inputFormat), codec.SupportedPixelFormats()
	switch {
	case len(named) > 0 && len(supported) == 0:
		return nil, p.noConversion(codec, named)
	case p.cfg.PixelFormat != "":
		f, err := p.namedFormat(codec, supported)
		return []astiav.PixelFormat{f}, err
	default:
		return p.defaultFormats(codec, supported, containers), nil
	}
}

// noConversion is the error about an encoder none of whose formats the input can be brought into.
func (p *videoPlan) noConversion(codec *astiav.Codec, named []astiav.PixelFormat) error {
	if !astiavx.CanScaleFrom(p.inputFormat) {
		return &ConfigError{
			Field: "InputFormat", Value: p.cfg.InputFormat, Supported: formatNames(named),
			Reason: "there is no conversion from it, and " + codec.Name() + " does not encode it as it is; " +
				"take another, or an encoder that does, such as rawvideo",
		}
	}
	if p.cfg.PixelFormat != "" {
		if _, err := p.namedFormat(codec, nil); err != nil {
			return err
		}
	}
	format := named[0].Name()
	if astiavx.DescribePixelFormat(named[0]).Hardware {
		reason := fmt.Sprintf("encodes %s only, which is in the memory of a device; take another", format)
		return &ConfigError{Field: "Codec", Value: codec.Name(), Reason: reason}
	}
	reason := fmt.Sprintf("encodes %s only, to which there is no conversion; "+
		"give it Raw frames with InputFormat %s, or take another", format, format)
	return &ConfigError{Field: "Codec", Value: codec.Name(), Reason: reason}
}

// namedFormat finds the format that the config names among those that the encoder can be given.
func (p *videoPlan) namedFormat(codec *astiav.Codec, supported []astiav.PixelFormat) (astiav.PixelFormat, error) {
	f := astiav.FindPixelFormatByName(p.cfg.PixelFormat)
	takesAny := len(codec.SupportedPixelFormats()) == 0
	if slices.Contains(supported, f) || f != astiav.PixelFormatNone && takesAny && reachable(p.inputFormat, f) {
		return f, nil
	}
	e := &ConfigError{Field: "PixelFormat", Value: p.cfg.PixelFormat, Supported: formatNames(supported)}
	switch {
	case f == astiav.PixelFormatNone || astiavx.DescribePixelFormat(f).Hardware:
		if takesAny {
			e.Supported = astiavx.PixelFormats(astiavx.CanScaleTo)
		}
		return f, unknownPixelFormat(e.Field, p.cfg.PixelFormat, e.Supported)
	case takesAny || slices.Contains(codec.SupportedPixelFormats(), f):
		e.Reason = fmt.Sprintf("there is no conversion to it; "+
			"give Raw frames with InputFormat %s, which are encoded as they are", f.Name())
	default:
		e.Reason = codec.Name() + " does not encode it"
	}
	return f, e
}

func formatNames(formats []astiav.PixelFormat) []string {
	names := make([]string, len(formats))
	for i, f := range formats {
		names[i] = f.Name()
	}
	return names
}

// checkRaw finds a format of rawvideo that readers of the container would take for another.
func (p *videoPlan) checkRaw(codec *astiav.Codec, pixels astiav.PixelFormat, format string) error {
	known := container.RawFormats(format)
	if codec.ID() != astiav.CodecIDRawvideo || known == nil || slices.Contains(known, pixels.Name()) {
		return nil
	}
	reason := fmt.Sprintf("%s has no name for rawvideo in %s, which would be read wrongly", format, pixels.Name())
	return &ConfigError{Field: "PixelFormat", Value: p.cfg.PixelFormat, Reason: reason, Supported: known}
}

func unknownPixelFormat(field, name string, supported []string) error {
	reason := "there is no such pixel format"
	if astiav.FindPixelFormatByName(name) != astiav.PixelFormatNone {
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
	scalable := astiavx.CanScaleFrom(format) && astiavx.CanScaleTo(format)
	padded := width > p.cfg.Width || height > p.cfg.Height
	if padded && !info.Whole && !scalable { // so that its last column can neither be repeated as bytes nor unpacked
		reason := fmt.Sprintf("%s cannot be padded, as there is no conversion for it; "+
			"give an even size, or set OddSize to crop", format.Name())
		return 0, 0, &ConfigError{Field: "OddSize", Value: p.cfg.OddSize.String(), Reason: reason}
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
	for _, f := range encodable(codec, p.inputFormat) {
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
