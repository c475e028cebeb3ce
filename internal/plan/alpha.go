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

// hasAlpha says whether each pixel of the format has an alpha. The colours of a palette may have
// one, or none.
func hasAlpha(format astiav.PixelFormat) bool {
	info := astiavx.DescribePixelFormat(format)
	return info.Alpha && !info.Palette
}

// keepsPaletteAlpha says whether the colours of a palette keep their alpha: in all other codecs
// they have none.
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

// HasAlpha says whether the video has an alpha.
func (s *VideoEncoder) HasAlpha(codec *astiav.Codec, containers []astiavx.Container) bool {
	if astiavx.DescribePixelFormat(s.Format).Palette {
		return keepsPaletteAlpha(codec.ID(), containers)
	}
	return hasAlpha(s.Format) && s.opaque == nil
}

// alphaLoss is the error about an alpha that the encoder would leave out, or that one of the
// containers would lose; nil: the video has it, or the format has none. FFmpeg says nothing of it.
func (p *Video) alphaLoss(
	format astiav.PixelFormat,
	codec *astiav.Codec,
	options []avoption.Option,
	containers []astiavx.Container,
) error {
	if !hasAlpha(format) {
		return nil
	}
	switch codec.Name() {
	case "dxv": // which writes DXT1 only (dxvenc.c)
		reason := "dxv leaves its alpha out; leave PixelFormat empty to encode without, " +
			"or take another encoder, such as qtrle or prores_ks"
		return &fault.ConfigError{Field: "PixelFormat", Value: format.Name(), Reason: reason}
	case "prores_ks", "prores", "prores_aw":
		if err := checkProResAlpha(codec.Name(), format, options); err != nil {
			return err
		}
	}
	for _, c := range containers {
		if !container.KeepsAlpha(c.Name, codec.ID().Name()) {
			return p.containerLosesAlpha(format, codec, c)
		}
	}
	return nil
}

// checkProResAlpha finds a profile or an option with which prores_ks leaves the alpha out, and with
// which the others do not open (proresenc_kostya.c, proresenc_anatoliy.c).
func checkProResAlpha(encoder string, format astiav.PixelFormat, options []avoption.Option) error {
	for _, o := range options {
		n, err := astiavx.CheckEncoderOption(encoder, o.Key, o.Value)
		switch {
		case err != nil:
		case o.Key == "profile" && n >= 0 && n < 4: // proxy, lt, standard and hq
			names := []string{"4444", "4444xq"}
			if encoder != "prores_ks" { // which have numbers only
				names = []string{"4", "5"}
			}
			return o.ConfigError(
				fmt.Sprintf("this profile leaves the alpha of %s out; only 4444 and 4444xq have one", format.Name()),
				names...)
		case o.Key == "alpha_bits" && n == 0:
			return o.ConfigError(
				fmt.Sprintf(
					"leaves the alpha of %s out; take a PixelFormat without alpha, or give it some bits",
					format.Name(),
				),
				"8",
				"16",
			)
		}
	}
	return nil
}

// containerLosesAlpha is the error about a container without a place for the alpha of a codec.
func (p *Video) containerLosesAlpha(format astiav.PixelFormat, codec *astiav.Codec, c astiavx.Container) error {
	name := codec.ID().Name()
	var reason strings.Builder
	fmt.Fprintf(&reason, "%s loses the alpha of %s; take a container that keeps it (webm, mkv)", c.Name, name)
	if others := encodersWithAlpha(c); len(others) > 0 {
		fmt.Fprintf(&reason, ", a codec whose alpha %s keeps (%s)", c.Name, strings.Join(others, ", "))
	}
	reason.WriteString(", or a pixel format without alpha")
	opaque := slices.DeleteFunc(Encodable(codec, p.InputFormat), hasAlpha)
	return &fault.ConfigError{
		Field:     "PixelFormat",
		Value:     format.Name(),
		Reason:    reason.String(),
		Supported: formatNames(opaque),
	}
}

// encodersWithAlpha are some well-known encoders whose alpha the container keeps.
func encodersWithAlpha(c astiavx.Container) []string {
	known := []string{"prores_ks", "qtrle", "png", "ffv1", "utvideo", "apng"}
	return slices.DeleteFunc(known, func(name string) bool {
		encoder := astiav.FindEncoderByName(name)
		if encoder == nil {
			return true
		}
		can, known := container.Carries(c.Name, encoder.ID())
		return !can || !known || codec.FindRefusing(encoder.ID(), []astiavx.Container{c}) != ""
	})
}

// withAlpha adds the option without which an encoder does not open with an alpha: libvpx's for VP8
// may have no alternate reference frames then (libvpxenc.c).
func withAlpha(encoder string, format astiav.PixelFormat, options []avoption.Option) ([]avoption.Option, error) {
	const key = "auto-alt-ref"
	if encoder != "libvpx" || !hasAlpha(format) {
		return options, nil
	}
	i := slices.IndexFunc(options, func(o avoption.Option) bool { return o.Key == key })
	if i < 0 {
		return append(
			slices.Clone(options),
			avoption.Option{Field: avoption.ExtraField(key), Key: key, Value: "0", Given: 0},
		), nil
	}
	if n, err := astiavx.CheckEncoderOption(encoder, key, options[i].Value); err == nil && n != 0 {
		return nil, options[i].ConfigError(
			fmt.Sprintf("must be 0 with the alpha of %s, as libvpx does not encode both", format.Name()),
			"0",
		)
	}
	return options, nil
}
