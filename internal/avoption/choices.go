package avoption

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/avloom/avloom/internal/fault"
)

// choice is what the library behind an encoder accepts for an option that FFmpeg passes on as text.
type choice struct {
	names      []string
	byIndex    bool   // an index into names is accepted, too
	ignoreCase bool   // upper and lower case are the same
	separators string // characters that may stand between several names; "": one name only
	exclusive  int    // how many names, from the first on, exclude each other
}

// ChoiceNames returns the names that the library behind an encoder accepts for a text option, in
// the order of the library. The list is empty for an option that is not in the table choices.
func ChoiceNames(encoder, key string) []string { return slices.Clone(choices[encoder][key].names) }

// ChoiceIndex returns the index of a value in ChoiceNames, or -1 if the library does not accept it.
func ChoiceIndex(encoder, key, value string) int { return choices[encoder][key].index(value) }

// checkChoice returns an error about a name that the library does not accept.
func checkChoice(encoder string, o Option) error {
	known, ok := choices[encoder][o.Key]
	if !ok {
		return nil
	}
	values := []string{o.Value}
	if known.separators != "" {
		isSeparator := func(r rune) bool { return strings.ContainsRune(known.separators, r) }
		values = strings.FieldsFunc(o.Value, isSeparator)
	}
	exclusive := 0
	for _, value := range values {
		i := known.index(value)
		if i < 0 {
			meant := fault.DidYouMean(value, known.names)
			return o.ConfigError(fmt.Sprintf("%s has no such %s%s", encoder, o.Key, meant), known.names...)
		}
		if i < known.exclusive {
			exclusive++
		}
	}
	if exclusive > 1 {
		return o.ConfigError(encoder+" takes only one of these at a time", known.names[:known.exclusive]...)
	}
	return nil
}

func (c choice) index(value string) int {
	i, err := strconv.Atoi(value)
	if err == nil && c.byIndex && i >= 0 && i < len(c.names) {
		return i
	}
	return slices.IndexFunc(c.names, func(name string) bool {
		return name == value || c.ignoreCase && strings.EqualFold(name, value)
	})
}

// choices has the names of x264_preset_names, x264_tune_names and x264_profile_names (x264.h), and
// of x265_preset_names, x265_tune_names and x265_profile_names (x265.h), with the other names that
// x264_param_default_preset and x265_param_default_preset accept.
var choices = map[string]map[string]choice{
	"libx264":    x264Choices,
	"libx264rgb": x264Choices,
	"libx265": {
		"preset": {byIndex: true, names: presets},
		"tune": {names: []string{
			"psnr", "ssim", "grain", "zerolatency", "fastdecode", "animation", "zero-latency", "fast-decode", "vmaf",
		}},
		"profile": {names: []string{
			"main", "main10", "mainstillpicture", "msp", "main-intra", "main10-intra", "main444-8",
			"main444-intra", "main444-stillpicture", "main422-10", "main422-10-intra", "main444-10",
			"main444-10-intra", "main12", "main12-intra", "main422-12", "main422-12-intra", "main444-12",
			"main444-12-intra",
		}},
	},
}

var presets = []string{
	"ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow", "slower", "veryslow", "placebo",
}

// x264Choices has the profiles in rising order: each holds all that those before it hold.
var x264Choices = map[string]choice{
	"preset": {byIndex: true, ignoreCase: true, names: presets},
	"tune": {
		ignoreCase: true, separators: ",./-+", exclusive: 7,
		names: []string{
			"film", "animation", "grain", "stillimage", "psnr", "ssim", "touhou", "fastdecode", "zerolatency",
		},
	},
	"profile": {ignoreCase: true, names: []string{"baseline", "main", "high", "high10", "high422", "high444"}},
}
