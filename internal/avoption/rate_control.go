package avoption

import (
	"fmt"
	"slices"
	"strings"
)

// rateControls has the options of which an encoder uses the first that is set, and ignores the
// others (libx264.c, libx265.c, libsvtav1.c, libvpxenc.c, nvenc.c).
var rateControls = map[string][]string{
	"libx264":    {"crf", "qp", "b"},
	"libx264rgb": {"crf", "qp", "b"},
	"libx265":    {"crf", "b", "qp"},
	"libsvtav1":  {"crf", "qp", "b"},
	"libvpx-vp9": {"lossless", "b"},
	"h264_nvenc": {"qp", "cq", "b"},
	"hevc_nvenc": {"qp", "cq", "b"},
	"av1_nvenc":  {"qp", "cq", "b"},
}

// isRateControl reports whether the option decides about quality or bit rate, and has not the value
// that means "not set".
func (o Option) isRateControl(key string) bool {
	zeroIsUnset := key == "b" || key == "cq" || key == "lossless"
	return o.Key == key && o.Value != "-1" && (!zeroIsUnset || o.Value != "0")
}

// namesRateControl reports whether the option rc of NVENC decides which of the others count.
func namesRateControl(encoder string, options []Option) bool {
	isRC := func(o Option) bool { return o.Key == "rc" }
	return strings.HasSuffix(encoder, "_nvenc") && slices.ContainsFunc(options, isRC)
}

// CheckRateControl returns an error about an option that the encoder would ignore because it uses
// another one.
func CheckRateControl(encoder string, options []Option) error {
	var used Option
	if namesRateControl(encoder, options) {
		return nil
	}
	for _, key := range rateControls[encoder] {
		i := slices.IndexFunc(options, func(o Option) bool { return o.isRateControl(key) })
		switch {
		case i < 0:
		case used.Key == "":
			used = options[i]
		default:
			reason := fmt.Sprintf("%s ignores it, as %s decides; give one of the two", encoder, used.Field)
			if key == "b" && used.Key == "crf" && options[i].FromField() {
				reason += ", or cap the bit rate with ExtraOptions[maxrate] and ExtraOptions[bufsize]"
			}
			return options[i].ConfigError(reason)
		}
	}
	return nil
}
