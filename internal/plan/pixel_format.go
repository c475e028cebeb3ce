package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/fault"
	"github.com/avloom/avloom/muxer/container"
)

// Encodable are the pixel formats that the encoder takes and that input of this format can be
// brought into: as it is, or by swscale. None where the encoder names none.
func Encodable(codec *astiav.Codec, input astiav.PixelFormat) []astiav.PixelFormat {
	isFar := func(f astiav.PixelFormat) bool { return !reachable(input, f) }
	return slices.DeleteFunc(codec.SupportedPixelFormats(), isFar)
}

// reachable says whether pictures can be brought from one format into another.
func reachable(from, to astiav.PixelFormat) bool {
	return from == to || astiavx.CanScaleFrom(from) && astiavx.CanScaleTo(to)
}

// pixelFormats are the formats to encode in, the best first: the named one alone, or those that
// defaultFormats finds.
func (p *Video) pixelFormats(codec *astiav.Codec, containers []astiavx.Container) ([]astiav.PixelFormat, error) {
	if p.OnCUDA() {
		return []astiav.PixelFormat{astiav.PixelFormatNv12}, nil
	}
	supported, named := Encodable(codec, p.InputFormat), codec.SupportedPixelFormats()
	switch {
	case len(named) > 0 && len(supported) == 0:
		return nil, p.noConversion(codec, named)
	case p.Config.PixelFormat != "":
		f, err := p.namedFormat(codec, supported)
		return []astiav.PixelFormat{f}, err
	default:
		return p.defaultFormats(codec, supported, containers), nil
	}
}

// noConversion is the error about an encoder none of whose formats the input can be brought into.
func (p *Video) noConversion(codec *astiav.Codec, named []astiav.PixelFormat) error {
	if !astiavx.CanScaleFrom(p.InputFormat) {
		return &fault.ConfigError{
			Field: "InputFormat", Value: p.Config.InputFormat, Supported: formatNames(named),
			Reason: "there is no conversion from it, and " + codec.Name() + " does not encode it as it is; " +
				"take another, or an encoder that does, such as rawvideo",
		}
	}
	if p.Config.PixelFormat != "" {
		if _, err := p.namedFormat(codec, nil); err != nil {
			return err
		}
	}
	format := named[0].Name()
	if astiavx.DescribePixelFormat(named[0]).Hardware {
		reason := fmt.Sprintf("encodes %s only, which is in the memory of a device; take another", format)
		return &fault.ConfigError{Field: "Codec", Value: codec.Name(), Reason: reason}
	}
	reason := fmt.Sprintf("encodes %s only, to which there is no conversion; "+
		"give it Raw frames with InputFormat %s, or take another", format, format)
	return &fault.ConfigError{Field: "Codec", Value: codec.Name(), Reason: reason}
}

// namedFormat finds the format that the config names among those that the encoder can be given.
func (p *Video) namedFormat(codec *astiav.Codec, supported []astiav.PixelFormat) (astiav.PixelFormat, error) {
	f := astiav.FindPixelFormatByName(p.Config.PixelFormat)
	takesAny := len(codec.SupportedPixelFormats()) == 0
	if slices.Contains(supported, f) || f != astiav.PixelFormatNone && takesAny && reachable(p.InputFormat, f) {
		return f, nil
	}
	e := &fault.ConfigError{Field: "PixelFormat", Value: p.Config.PixelFormat, Supported: formatNames(supported)}
	switch {
	case f == astiav.PixelFormatNone || astiavx.DescribePixelFormat(f).Hardware:
		if takesAny {
			e.Supported = astiavx.PixelFormats(astiavx.CanScaleTo)
		}
		return f, unknownPixelFormat(e.Field, p.Config.PixelFormat, e.Supported)
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
func (p *Video) checkRaw(codec *astiav.Codec, pixels astiav.PixelFormat, format string) error {
	known := container.RawFormats(format)
	if codec.ID() != astiav.CodecIDRawvideo || known == nil || slices.Contains(known, pixels.Name()) {
		return nil
	}
	reason := fmt.Sprintf("%s has no name for rawvideo in %s, which would be read wrongly", format, pixels.Name())
	return &fault.ConfigError{Field: "PixelFormat", Value: p.Config.PixelFormat, Reason: reason, Supported: known}
}

func unknownPixelFormat(field, name string, supported []string) error {
	reason := "there is no such pixel format"
	if astiav.FindPixelFormatByName(name) != astiav.PixelFormatNone {
		reason = "there is no conversion for this pixel format"
	}
	return &fault.ConfigError{
		Field:     field,
		Value:     name,
		Reason:    reason + fault.DidYouMean(name, supported),
		Supported: fault.KnownFirst(supported, wellKnownFormats),
	}
}

// wellKnownFormats stand first where a message lists what would do.
var wellKnownFormats = []string{
	"rgb24", "rgba", "bgr24", "bgra", "yuv420p", "yuv422p", "yuv444p", "nv12", "yuv420p10le", "gray", "gbrp",
}

// outSize is the size to encode: the input's, or what OddSize makes of it.
func (p *Video) outSize(codec *astiav.Codec, format astiav.PixelFormat) (width, height int, err error) {
	info := astiavx.DescribePixelFormat(format)
	width, fits := p.fit(p.Config.Width, info.Log2ChromaWidth)
	if !fits {
		return 0, 0, p.oddSize("Width", p.Config.Width, 1<<info.Log2ChromaWidth, codec, format)
	}
	height, fits = p.fit(p.Config.Height, info.Log2ChromaHeight)
	if !fits {
		return 0, 0, p.oddSize("Height", p.Config.Height, 1<<info.Log2ChromaHeight, codec, format)
	}
	scalable := astiavx.CanScaleFrom(format) && astiavx.CanScaleTo(format)
	padded := width > p.Config.Width || height > p.Config.Height
	if padded && !info.Whole && !scalable { // so that its last column can neither be repeated as bytes nor unpacked
		reason := fmt.Sprintf("%s cannot be padded, as there is no conversion for it; "+
			"give an even size, or set OddSize to crop", format.Name())
		return 0, 0, &fault.ConfigError{Field: "OddSize", Value: p.Config.OddSize.String(), Reason: reason}
	}
	return width, height, nil
}

func (p *Video) fit(n, log2 int) (fitting int, ok bool) {
	step := 1 << log2
	rest := n % step
	switch {
	case rest == 0:
		return n, true
	case p.Config.OddSize == OddSizePad:
		return n + step - rest, true
	case p.Config.OddSize == OddSizeCrop && n > rest:
		return n - rest, true
	default:
		return n, false
	}
}

func (p *Video) oddSize(field string, n, step int, codec *astiav.Codec, format astiav.PixelFormat) error {
	var reason strings.Builder
	fmt.Fprintf(
		&reason,
		"must be a multiple of %d for %s, which subsamples chroma; set OddSize to pad",
		step,
		format.Name(),
	)
	if n > step {
		reason.WriteString(" or crop")
	}
	for _, f := range Encodable(codec, p.InputFormat) {
		if p.OnCUDA() {
			break // which has no other format
		}
		info := astiavx.DescribePixelFormat(f)
		if info.Log2ChromaWidth+info.Log2ChromaHeight == 0 && !info.Gray {
			reason.WriteString(", or PixelFormat to " + f.Name())
			break
		}
	}
	return &fault.ConfigError{Field: field, Value: n, Reason: reason.String()}
}
