package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/avoption"
	"github.com/avloom/avloom/internal/codec"
	"github.com/avloom/avloom/internal/fault"
	"github.com/avloom/avloom/muxer/container"
)

// hasAlpha says whether each pixel of the format has an alpha. A palette does not count: its
// colours may have an alpha, or none.
func hasAlpha(format astiav.PixelFormat) bool {
	info := astiavx.DescribePixelFormat(format)
	return info.Alpha && !info.Palette
}

// keepsPaletteAlpha says whether the colours of a palette keep their alpha. In all codecs that are
// not listed they have none.
func keepsPaletteAlpha(encoder astiav.CodecID, containers []astiavx.Container) bool {
	switch encoder {
	case astiav.CodecIDPng, astiav.CodecIDApng, astiav.CodecIDGif:
		return true
	case astiav.CodecIDRawvideo:
		return !slices.Contains(codec.ContainerNames(containers), "avi")
	default:
		return false
	}
}

// HasAlpha says whether the encoded video has an alpha.
func (s *VideoEncoder) HasAlpha(codec *astiav.Codec, containers []astiavx.Container) bool {
	switch {
	case s.Palette != nil:
		return s.Palette.Transparent
	case astiavx.DescribePixelFormat(s.Format).Palette:
		return keepsPaletteAlpha(codec.ID(), containers)
	default:
		return hasAlpha(s.Format) && s.alphaLoss == nil
	}
}

// checkAlpha returns an error if the format has an alpha that the encoder or one of the containers
// leaves out. FFmpeg reports no such loss.
func (p *Video) checkAlpha(
	format astiav.PixelFormat, codec *astiav.Codec, options []avoption.Option, containers []astiavx.Container,
) error {
	if !hasAlpha(format) {
		return nil
	}
	switch codec.Name() {
	case "dxv": // it writes DXT1 only (dxvenc.c)
		reason := "dxv leaves the alpha out; leave PixelFormat empty to encode without alpha, " +
			"or take another encoder, such as qtrle or prores_ks"
		return &fault.ConfigError{Field: "PixelFormat", Value: format.Name(), Reason: reason}
	case "prores_ks", "prores", "prores_aw":
		if err := checkProResAlpha(codec.Name(), format, options); err != nil {
			return err
		}
	}
	for _, c := range containers {
		if !container.KeepsAlpha(c.Streams(), codec.ID().Name()) {
			return p.containerLosesAlpha(format, codec, c)
		}
	}
	return nil
}

// checkProResAlpha returns an error for a profile or an option with which prores_ks leaves the
// alpha out. The other two encoders do not open with such a profile (proresenc_kostya.c,
// proresenc_anatoliy.c).
func checkProResAlpha(encoder string, format astiav.PixelFormat, options []avoption.Option) error {
	for _, o := range options {
		n, err := astiavx.CheckEncoderOption(encoder, o.Key, o.Value)
		switch {
		case err != nil:
		case o.Key == "profile" && n >= 0 && n < 4: // proxy, lt, standard and hq
			names := []string{"4444", "4444xq"}
			if encoder != "prores_ks" { // the others have no names for profiles
				names = []string{"4", "5"}
			}
			reason := "this profile leaves the alpha of " + format.Name() + " out; only 4444 and 4444xq have one"
			return o.ConfigError(reason, names...)
		case o.Key == "alpha_bits" && n == 0:
			reason := "leaves the alpha of " + format.Name() + " out; take a PixelFormat without alpha, or another value"
			return o.ConfigError(reason, "8", "16")
		}
	}
	return nil
}

// containerLosesAlpha returns the error about a container that has no place for the alpha of a
// codec.
func (p *Video) containerLosesAlpha(format astiav.PixelFormat, codec *astiav.Codec, c astiavx.Container) error {
	name := codec.ID().Name()
	reason := fmt.Sprintf("%s loses the alpha of %s; take a container that keeps it (webm, mkv)", c.Name, name)
	if others := encodersWithAlpha(c); len(others) > 0 {
		reason += fmt.Sprintf(", a codec whose alpha %s keeps (%s)", c.Name, strings.Join(others, ", "))
	}
	reason += ", or a pixel format without alpha"
	opaque := formatNames(slices.DeleteFunc(Encodable(codec, p.InputFormat), hasAlpha))
	return &fault.ConfigError{Field: "PixelFormat", Value: format.Name(), Reason: reason, Supported: opaque}
}

// encodersWithAlpha returns some well-known encoders whose alpha the container keeps.
func encodersWithAlpha(c astiavx.Container) []string {
	known := []string{"prores_ks", "qtrle", "png", "ffv1", "utvideo", "apng"}
	return slices.DeleteFunc(known, func(name string) bool {
		encoder := astiav.FindEncoderByName(name)
		if encoder == nil {
			return true
		}
		can, known := container.Carries(c.Streams(), encoder.ID())
		return !can || !known || codec.FindRefusing(encoder.ID(), []astiavx.Container{c}) != ""
	})
}

// withAlphaOption adds the option without which libvpx's encoder of VP8 does not open with an
// alpha: it allows no alternate reference frames then (libvpxenc.c). Other encoders need none.
func withAlphaOption(encoder string, format astiav.PixelFormat, options []avoption.Option) ([]avoption.Option, error) {
	const key = "auto-alt-ref"
	if encoder != "libvpx" || !hasAlpha(format) {
		return options, nil
	}
	i := slices.IndexFunc(options, func(o avoption.Option) bool { return o.Key == key })
	if i < 0 {
		o := avoption.Option{Field: avoption.ExtraField(key), Key: key, Value: "0", Given: 0}
		return append(slices.Clone(options), o), nil
	}
	n, err := astiavx.CheckEncoderOption(encoder, key, options[i].Value)
	if err == nil && n != 0 {
		reason := "must be 0 with the alpha of " + format.Name() + ", because libvpx does not encode both"
		return nil, options[i].ConfigError(reason, "0")
	}
	return options, nil
}
