package avoption

import (
	"fmt"
	"slices"
)

// rateControls has the options of which an encoder uses the first that is set, and ignores the
// others (libx264.c, libx265.c, libsvtav1.c).
var rateControls = map[string][]string{
	"libx264":    {"crf", "qp", "b"},
	"libx264rgb": {"crf", "qp", "b"},
	"libx265":    {"crf", "b", "qp"},
	"libsvtav1":  {"crf", "qp", "b"},
}

// CheckRateControl returns an error about an option that the encoder would ignore because it uses
// another one.
func CheckRateControl(encoder string, options []Option) error {
	var used Option
	for _, key := range rateControls[encoder] {
		isSet := func(o Option) bool { return o.Key == key && (key != "b" || o.Value != "0") }
		i := slices.IndexFunc(options, isSet)
		switch {
		case i < 0:
		case used.Key == "":
			used = options[i]
		default:
			reason := fmt.Sprintf("%s ignores it, as %s decides; give one of the two", encoder, used.Field)
			return options[i].ConfigError(reason)
		}
	}
	return nil
}
