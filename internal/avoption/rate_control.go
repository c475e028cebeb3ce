package avoption

import (
	"fmt"
	"slices"
)

// rateControls are options of which these encoders heed the first that is given, and ignore the others (libx264.c, libx265.c,
// libsvtav1.c).
var rateControls = map[string][]string{
	"libx264": {"crf", "qp", "b"}, "libx264rgb": {"crf", "qp", "b"}, "libx265": {"crf", "b", "qp"}, "libsvtav1": {"crf", "qp", "b"},
}

// CheckRateControl finds an option that would be ignored because another one decides.
func CheckRateControl(encoder string, options []Option) error {
	var decides Option
	for _, key := range rateControls[encoder] {
		i := slices.IndexFunc(options, func(o Option) bool { return o.Key == key && (key != "b" || o.Value != "0") })
		switch {
		case i < 0:
		case decides.Key == "":
			decides = options[i]
		default:
			return options[i].ConfigError(fmt.Sprintf("%s ignores it, as %s decides; give one of the two", encoder, decides.Field))
		}
	}
	return nil
}
