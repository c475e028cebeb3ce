package codec

import (
	"fmt"
	"math"
	"slices"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/gpu"
	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/avoption"
	"github.com/avloom/avloom/internal/fault"
)

// gopEncoders are the encoders that take the option g (gop_size) for the number of frames from one
// key frame to the next.
var gopEncoders = slices.Concat(
	[]string{
		"libx264", "libx264rgb", "libx265", "libsvtav1", "libaom-av1", "libvpx-vp9", "libvpx",
		"ffv1", "snow", "svq1", "cinepak", "flashsv", "flashsv2", "qtrle", "msrle", "smc", "roqvideo", "pdv",
	},
	mpegInterEncoders, gpu.Encoders(),
)

// alwaysKey are encoders all of whose frames are key frames, although FFmpeg does not declare that
// all frames of the codec are.
var alwaysKey = []string{"png", "cfhd", "wrapped_avframe", "vc2"}

// mostMPEGKeyInterval is the limit of FFmpeg's mpegvideo_enc.c, which silently takes it for more.
const mostMPEGKeyInterval = 600

// CheckKeyInterval returns an error about a number of frames that no encoder takes.
func CheckKeyInterval(frames int) error {
	switch {
	case frames < 0:
		return keyIntervalError(frames,
			"must not be negative; 0 means the encoder's default, and 1 makes every frame a key frame")
	case frames > math.MaxInt32:
		return keyIntervalError(frames, fmt.Sprintf("must be at most %d frames", math.MaxInt32))
	default:
		return nil
	}
}

func keyIntervalError(frames int, reason string) *fault.ConfigError {
	return &fault.ConfigError{Field: "KeyInterval", Value: frames, Reason: reason}
}

// KeyIntervalOptions returns the options that make every frames-th frame a key frame at the latest.
// They are none for codecs all of whose frames are key frames. An error is a *fault.ConfigError
// about the field KeyInterval.
func KeyIntervalOptions(codec *astiav.Codec, frames int) ([]avoption.Option, error) {
	encoder := codec.Name()
	option := func(key, value string) avoption.Option {
		return avoption.Option{Field: "KeyInterval", Key: key, Value: value, Given: frames}
	}
	interval := []avoption.Option{option("g", fmt.Sprint(frames))}
	switch {
	case slices.Contains(mpegInterEncoders, encoder) && frames > mostMPEGKeyInterval:
		return nil, keyIntervalError(frames, fmt.Sprintf("must be at most %d frames for %s", mostMPEGKeyInterval, encoder))
	case encoder == "libsvtav1" && frames > 1:
		// FFmpeg asks for open GOPs otherwise, in which only the first key frame is certain.
		return append(interval, option("flags", "+cgop")), nil
	case slices.Contains(gopEncoders, encoder):
		return interval, nil
	case encoder == "zmbv": // zmbvenc.c takes the minimum for the interval
		return []avoption.Option{option("keyint_min", fmt.Sprint(frames))}, nil
	case encoder == "msvideo1": // msvideo1enc.c takes it for the number of frames between two key frames
		return []avoption.Option{option("keyint_min", fmt.Sprint(frames-1))}, nil
	case encoder == "libwebp_anim": // decides by itself inside the one packet that it makes
	case astiavx.IntraOnly(codec.ID()), slices.Contains(alwaysKey, encoder):
		return nil, nil
	}
	supported := slices.DeleteFunc(slices.Clone(gopEncoders), isHardware)
	e := keyIntervalError(frames, encoder+" cannot be told where to place key frames; leave it 0, or take another encoder")
	e.Supported = supported
	return nil, e
}

// CheckShortGOP returns an error about a key frame at every second frame of libaom, whose usage
// "good" (3.6 at least) then ends the process.
func CheckShortGOP(encoder string, options []avoption.Option) error {
	if encoder != "libaom-av1" {
		return nil
	}
	interval := indexOfOption(options, "g")
	if interval < 0 || options[interval].Value != "2" || !hasUsageGood(options) {
		return nil
	}
	return options[interval].ConfigError(
		"makes libaom end the process; give 1 or more than 2, or set ExtraOptions[usage] to realtime")
}
