package api

import (
	"fmt"
	"slices"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
)

// rateControls are options of which these encoders heed the first that is given, and ignore the others (libx264.c, libx265.c,
// libsvtav1.c).
var rateControls = map[string][]string{
	"libx264": {"crf", "qp", "b"}, "libx264rgb": {"crf", "qp", "b"}, "libx265": {"crf", "b", "qp"}, "libsvtav1": {"crf", "qp", "b"},
}

// checkRateControl finds an option that would be ignored because another one decides.
func checkRateControl(encoder string, options []codecOption) error {
	var decides codecOption
	for _, key := range rateControls[encoder] {
		i := slices.IndexFunc(options, func(o codecOption) bool { return o.key == key && (key != "b" || o.value != "0") })
		switch {
		case i < 0:
		case decides.key == "":
			decides = options[i]
		default:
			return options[i].wrong(fmt.Sprintf("%s ignores it, as %s decides; give one of the two", encoder, decides.field))
		}
	}
	return nil
}

// noSuchSetting is the error about a field of the config for which the encoder has no option.
func (o codecOption) noSuchSetting(encoder string, known []astiavx.Option) error {
	has := func(key string) bool { _, ok := findOption(known, key); return ok }
	reason := encoder + " has no presets"
	switch {
	case o.key == "preset" && has("cpu-used"):
		return o.wrong(reason + "; set ExtraOptions[cpu-used], a number that rises with speed, instead")
	case o.key == "preset":
		return o.wrong(reason+"; leave it empty, or take an encoder that has them", encodersWith("preset")...)
	case has("cq"):
		return o.wrong(encoder + " has no constant rate factor; set ExtraOptions[cq], its counterpart, or ExtraOptions[qp] instead")
	default:
		return o.wrong(encoder+" has no constant rate factor; set ExtraOptions[b], a bit rate, instead, or take an encoder that has one", encodersWith("crf")...)
	}
}

// encodersWith lists the software video encoders that have an option of this name of their own.
func encodersWith(key string) []string {
	return slices.DeleteFunc(encoders(astiav.MediaTypeVideo, nil), func(name string) bool {
		_, ok := findOption(astiavx.EncoderOptions(name), key)
		return !ok
	})
}
