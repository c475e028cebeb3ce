package plan

import (
	"fmt"
	"slices"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/fault"
	"github.com/avloom/avloom/muxer/container"
)

// Encodable returns the encoder's pixel formats that input of a format already has, or to which it
// is converted; none if the encoder names none.
func Encodable(codec *astiav.Codec, input astiav.PixelFormat) []astiav.PixelFormat {
	isUnreachable := func(f astiav.PixelFormat) bool { return !encodable(codec, input, f) }
	return slices.DeleteFunc(codec.SupportedPixelFormats(), isUnreachable)
}

// encodable says whether input of a format can become pictures of another one for an encoder.
func encodable(encoder *astiav.Codec, input, encoded astiav.PixelFormat) bool {
	return reachable(input, encoded) || makesPalette(encoder, input, encoded)
}

// reachable says whether the formats are the same, or swscale converts one to the other.
func reachable(from, to astiav.PixelFormat) bool {
	return from == to || astiavx.CanScaleFrom(from) && astiavx.CanScaleTo(to)
}

// pixelFormats returns the formats to encode in, the best first: only the one that the config
// names, or those that defaultFormats chooses.
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

// noConversion returns the error about an encoder to whose formats the input cannot be converted.
func (p *Video) noConversion(codec *astiav.Codec, named []astiav.PixelFormat) error {
	if !astiavx.CanScaleFrom(p.InputFormat) {
		reason := "there is no conversion from it, and " + codec.Name() + " does not encode it as it is; " +
			"take another InputFormat, or an encoder that encodes this one, such as rawvideo"
		return &fault.ConfigError{
			Field: "InputFormat", Value: p.Config.InputFormat, Reason: reason, Supported: formatNames(named),
		}
	}
	if p.Config.PixelFormat != "" {
		if _, err := p.namedFormat(codec, nil); err != nil {
			return err
		}
	}
	format := named[0].Name()
	if astiavx.DescribePixelFormat(named[0]).Hardware {
		reason := fmt.Sprintf("encodes %s only, which lies in the memory of a device; take another encoder", format)
		return &fault.ConfigError{Field: "Codec", Value: codec.Name(), Reason: reason}
	}
	reason := fmt.Sprintf("encodes %s only, to which there is no conversion; "+
		"give it Raw frames with InputFormat %s, or take another encoder", format, format)
	return &fault.ConfigError{Field: "Codec", Value: codec.Name(), Reason: reason}
}

// namedFormat finds the format that the config names among the supported ones. If the encoder names
// no formats, it finds every format to which the input can be converted.
func (p *Video) namedFormat(codec *astiav.Codec, supported []astiav.PixelFormat) (astiav.PixelFormat, error) {
	f := astiav.FindPixelFormatByName(p.Config.PixelFormat)
	takesAny := len(codec.SupportedPixelFormats()) == 0
	if slices.Contains(supported, f) || f != astiav.PixelFormatNone && takesAny && encodable(codec, p.InputFormat, f) {
		return f, nil
	}
	e := &fault.ConfigError{Field: "PixelFormat", Value: p.Config.PixelFormat, Supported: formatNames(supported)}
	switch {
	case f == astiav.PixelFormatNone || astiavx.DescribePixelFormat(f).Hardware:
		if takesAny {
			e.Supported = astiavx.PixelFormats(astiavx.CanScaleTo)
		}
		return f, unknownPixelFormat(e.Field, p.Config.PixelFormat, e.Supported)
	case f == astiav.PixelFormatPal8 && slices.Contains(onePalette, codec.Name()):
		e.Reason = fmt.Sprintf("%s has one palette for all pictures, so that none is made of each; "+
			"give Raw frames with InputFormat pal8, which are encoded as they are", codec.Name())
	case takesAny || slices.Contains(codec.SupportedPixelFormats(), f):
		e.Reason = fmt.Sprintf("there is no conversion to it; "+
			"give Raw frames with InputFormat %s, which are encoded as they are", f.Name())
	default:
		e.Reason = codec.Name() + " does not encode it"
	}
	return f, e
}

// formatNames returns FFmpeg's names of pixel formats.
func formatNames(formats []astiav.PixelFormat) []string {
	names := make([]string, len(formats))
	for i, f := range formats {
		names[i] = f.Name()
	}
	return names
}

// checkRaw returns an error for a pixel format of rawvideo that readers of the container would take
// for another.
func (p *Video) checkRaw(codec *astiav.Codec, pixels astiav.PixelFormat, format string) error {
	known := container.RawFormats(format)
	if codec.ID() != astiav.CodecIDRawvideo || known == nil || slices.Contains(known, pixels.Name()) {
		return nil
	}
	const text = "%s has no name for rawvideo in %s, so that readers would take it for another format"
	reason := fmt.Sprintf(text, format, pixels.Name())
	return &fault.ConfigError{Field: "PixelFormat", Value: p.Config.PixelFormat, Reason: reason, Supported: known}
}

// unknownPixelFormat returns the error about a pixel format that FFmpeg does not have, or that lies
// in the memory of a device.
func unknownPixelFormat(field, name string, supported []string) error {
	reason := "there is no such pixel format"
	if astiav.FindPixelFormatByName(name) != astiav.PixelFormatNone {
		reason = "there is no conversion for this pixel format"
	}
	reason += fault.DidYouMean(name, supported)
	known := fault.KnownFirst(supported, wellKnownFormats)
	return &fault.ConfigError{Field: field, Value: name, Reason: reason, Supported: known}
}

// wellKnownFormats are the pixel formats that errors list first.
var wellKnownFormats = []string{
	"rgb24", "rgba", "bgr24", "bgra", "yuv420p", "yuv422p", "yuv444p", "nv12", "yuv420p10le", "gray", "gbrp",
}
