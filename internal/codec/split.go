package codec

import (
	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/avoption"
)

// SplitOptions divides options into those of the encoder and those that only a muxer has, and
// checks their values. A field of the config for which the encoder has no option is an error.
// Errors are of type *fault.ConfigError.
func SplitOptions(
	encoder string, list []avoption.Option, containers []string,
) (own, muxers []avoption.Option, err error) {
	known := avoption.EncoderOptions(encoder)
	for _, o := range list {
		_, ok := avoption.Find(known, o.Key)
		if !ok && o.FromField() {
			return nil, nil, noSuchField(o, encoder, known)
		}
	}
	return avoption.Split(encoder, list, containers)
}

// noSuchField returns the error about a field of the config, Preset or CRF, for which the encoder
// has no option.
func noSuchField(o avoption.Option, encoder string, known []astiavx.Option) error {
	has := func(key string) bool {
		_, ok := avoption.Find(known, key)
		return ok
	}
	noPreset, noCRF := encoder+" has no presets; ", encoder+" has no constant rate factor; "
	switch {
	case o.Key == "preset" && has("cpu-used"):
		return o.ConfigError(noPreset + "set ExtraOptions[cpu-used], a number that rises with speed, instead")
	case o.Key == "preset":
		return o.ConfigError(noPreset+"leave it empty, or take an encoder that has them", encodersWith("preset")...)
	case has("cq"):
		return o.ConfigError(noCRF + "set ExtraOptions[cq], its counterpart, or ExtraOptions[qp] instead")
	default:
		return o.ConfigError(noCRF+"set ExtraOptions[b], a bit rate, instead, or take an encoder that has one",
			encodersWith("crf")...)
	}
}
