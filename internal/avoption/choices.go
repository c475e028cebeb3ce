package avoption

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/avloom/avloom/internal/fault"
)

// choice is what a library behind an encoder knows for an option that FFmpeg passes on as text.
type choice struct {
	names     []string
	numbered  bool   // they can be given by index, too
	anyCase   bool   // case does not matter
	several   string // what may stand between several of them
	exclusive int    // so many from the first exclude each other
}

// checkChoice finds names that the library does not know.
func checkChoice(encoder string, o Option) error {
	known, ok := choices[encoder][o.Key]
	if !ok {
		return nil
	}
	values, exclusive := []string{o.Value}, 0
	if known.several != "" {
		values = strings.FieldsFunc(o.Value, func(r rune) bool { return strings.ContainsRune(known.several, r) })
	}
	for _, name := range values {
		i := known.index(name)
		if i < 0 {
			return o.ConfigError(fmt.Sprintf("%s has no such %s%s", encoder, o.Key, fault.DidYouMean(name, known.names)), known.names...)
		}
		if i < known.exclusive {
			exclusive++
		}
	}
	if exclusive > 1 {
		return o.ConfigError(encoder+" heeds only one of these at a time", known.names[:known.exclusive]...)
	}
	return nil
}

// ChoiceNames returns the names that the library behind an encoder accepts for a text option, in
// the order of the library. The list is empty for an option that is not in the table choices.
func ChoiceNames(encoder, key string) []string { return slices.Clone(choices[encoder][key].names) }

// ChoiceIndex returns the index of a value in ChoiceNames; -1: the library does not accept it.
func ChoiceIndex(encoder, key, value string) int { return choices[encoder][key].index(value) }

func (c choice) index(name string) int {
	if i, err := strconv.Atoi(name); err == nil && c.numbered && i >= 0 && i < len(c.names) {
		return i
	}
	return slices.IndexFunc(c.names, func(n string) bool { return n == name || c.anyCase && strings.EqualFold(n, name) })
}

// choices are x264_preset_names, x264_tune_names and x264_profile_names (x264.h), and x265_preset_names, x265_tune_names and
// x265_profile_names (x265.h), with the further names that x264_param_default_preset and x265_param_default_preset know.
var choices = map[string]map[string]choice{
	"libx264":    x264Choices,
	"libx264rgb": x264Choices,
	"libx265": {
		"preset": {numbered: true, names: presets},
		"tune":   {names: []string{"psnr", "ssim", "grain", "zerolatency", "fastdecode", "animation", "zero-latency", "fast-decode", "vmaf"}},
		"profile": {names: []string{
			"main", "main10", "mainstillpicture", "msp", "main-intra", "main10-intra", "main444-8", "main444-intra", "main444-stillpicture",
			"main422-10", "main422-10-intra", "main444-10", "main444-10-intra", "main12", "main12-intra", "main422-12",
			"main422-12-intra", "main444-12", "main444-12-intra",
		}},
	},
}

var (
	presets     = []string{"ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow", "slower", "veryslow", "placebo"}
	x264Choices = map[string]choice{
		"preset": {numbered: true, anyCase: true, names: presets},
		"tune": {
			anyCase: true, several: ",./-+", exclusive: 7,
			names: []string{"film", "animation", "grain", "stillimage", "psnr", "ssim", "touhou", "fastdecode", "zerolatency"},
		},
		"profile": {anyCase: true, names: x264Profiles},
	}
	// x264Profiles rise: each holds all that those before it do.
	x264Profiles = []string{"baseline", "main", "high", "high10", "high422", "high444"}
)
