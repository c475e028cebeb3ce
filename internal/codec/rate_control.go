package codec

import (
	"fmt"
	"slices"

	"github.com/avloom/avloom/gpu"
	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/avoption"
)

// mpegEncoders are the encoders with the rate control of FFmpeg's mpegvideo_enc.c. The frames of
// mpegInterEncoders depend on others.
var (
	mpegInterEncoders = []string{
		"mpeg4", "mpeg2video", "mpeg1video", "h263", "h263p", "h261", "flv", "msmpeg4", "msmpeg4v2", "wmv1", "wmv2",
		"rv10", "rv20",
	}
	mpegEncoders = append(slices.Clone(mpegInterEncoders), "mjpeg", "speedhq")
)

// rateControlled are the encoders that keep a bit rate (bit_rate in their sources).
var rateControlled = slices.Concat(
	[]string{"libx264", "libx265", "libsvtav1", "libaom-av1", "libvpx-vp9", "libvpx", "libx264rgb"},
	mpegEncoders, []string{"vc2", "dnxhd"}, gpu.Encoders(),
)

// The range of bit rates in bits per second. The libraries count in kbit/s; 2 Gbit/s is the most
// that x264 keeps, and all others have 32 bits for it.
const (
	leastBitRate = 1000
	mostBitRate  = 2_000_000_000
)

// BitRateOption returns the option that sets the bit rate of video, in bits per second. An error is
// a *fault.ConfigError about the field BitRate.
func BitRateOption(encoder string, rate int64) (avoption.Option, error) {
	o := avoption.Option{Field: "BitRate", Key: "b", Value: fmt.Sprint(rate), Given: rate}
	switch {
	case !slices.Contains(rateControlled, encoder):
		const text = "means nothing to %s, which keeps no bit rate; leave it 0, or take an encoder that does"
		supported := slices.DeleteFunc(slices.Clone(rateControlled), isHardware)
		return o, o.ConfigError(fmt.Sprintf(text, encoder), supported...)
	case rate < leastBitRate || rate > mostBitRate:
		return o, o.ConfigError(fmt.Sprintf("must be from %d to %d bits per second", leastBitRate, mostBitRate))
	}
	return o, nil
}

// CheckFixedQuality returns an error about BitRate beside the flag qscale, with which FFmpeg's own
// encoders keep a quality and no bit rate.
func CheckFixedQuality(encoder string, options []avoption.Option) error {
	const qscale = 1 << 1 // AV_CODEC_FLAG_QSCALE (avcodec.h)
	rate := slices.IndexFunc(options, func(o avoption.Option) bool { return o.Field == "BitRate" })
	if rate < 0 || !slices.Contains(mpegEncoders, encoder) {
		return nil
	}
	for _, o := range options {
		if o.Key != "flags" {
			continue
		}
		flags, err := astiavx.CheckEncoderOption(encoder, o.Key, o.Value)
		if err == nil && int64(flags)&qscale != 0 {
			const text = "%s ignores it, as the flag qscale in %s asks for a fixed quality; give one of the two"
			return options[rate].ConfigError(fmt.Sprintf(text, encoder, o.Field))
		}
	}
	return nil
}
