package codec

import (
	"slices"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/avoption"
)

// SplitOptions divides options into those of the encoder and those that only a muxer knows, and
// checks their values. A field of the config for which the encoder has no option is an error.
func SplitOptions(encoder string, list []avoption.Option, containers []string) (own, muxers []avoption.Option, err error) {
	known := astiavx.EncoderOptions(encoder)
	for _, o := range list {
		if _, ok := avoption.Find(known, o.Key); !ok && o.FromField() {
			return nil, nil, noSuchSetting(o, encoder, known)
		}
	}
	return avoption.Split(encoder, list, containers)
}

// noSuchSetting is the error about a field of the config for which the encoder has no option.
func noSuchSetting(o avoption.Option, encoder string, known []astiavx.Option) error {
	has := func(key string) bool { _, ok := avoption.Find(known, key); return ok }
	reason := encoder + " has no presets"
	switch {
	case o.Key == "preset" && has("cpu-used"):
		return o.ConfigError(reason + "; set ExtraOptions[cpu-used], a number that rises with speed, instead")
	case o.Key == "preset":
		return o.ConfigError(reason+"; leave it empty, or take an encoder that has them", encodersWith("preset")...)
	case has("cq"):
		return o.ConfigError(encoder + " has no constant rate factor; set ExtraOptions[cq], its counterpart, or ExtraOptions[qp] instead")
	default:
		return o.ConfigError(encoder+" has no constant rate factor; set ExtraOptions[b], a bit rate, instead, or take an encoder that has one", encodersWith("crf")...)
	}
}

// encodersWith lists the software video encoders that have an option of this name of their own.
func encodersWith(key string) []string {
	return slices.DeleteFunc(encoders(astiav.MediaTypeVideo, nil), func(name string) bool {
		_, ok := avoption.Find(astiavx.EncoderOptions(name), key)
		return !ok
	})
}
