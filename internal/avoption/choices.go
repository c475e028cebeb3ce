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
	Names     []string
	numbered  bool   // they can be given by index, too
	anyCase   bool   // case does not matter
	several   string // what may stand between several of them
	exclusive int    // so many from the first exclude each other
}

// checkChoice finds names that the library does not know.
func checkChoice(encoder string, o Option) error {
	known, ok := Choices[encoder][o.Key]
	if !ok {
		return nil
	}
	names, exclusive := []string{o.Value}, 0
	if known.several != "" {
		names = strings.FieldsFunc(o.Value, func(r rune) bool { return strings.ContainsRune(known.several, r) })
	}
	for _, name := range names {
		i := known.Index(name)
		if i < 0 {
			return o.Wrong(fmt.Sprintf("%s has no such %s%s", encoder, o.Key, fault.DidYouMean(name, known.Names)), known.Names...)
		}
		if i < known.exclusive {
			exclusive++
		}
	}
	if exclusive > 1 {
		return o.Wrong(encoder+" heeds only one of these at a time", known.Names[:known.exclusive]...)
	}
	return nil
}

func (c choice) Index(name string) int {
	if i, err := strconv.Atoi(name); err == nil && c.numbered && i >= 0 && i < len(c.Names) {
		return i
	}
	return slices.IndexFunc(c.Names, func(n string) bool { return n == name || c.anyCase && strings.EqualFold(n, name) })
}

// Choices are x264_preset_names, x264_tune_names and x264_profile_names (x264.h), and x265_preset_names, x265_tune_names and
// x265_profile_names (x265.h), with the further names that x264_param_default_preset and x265_param_default_preset know.
var Choices = map[string]map[string]choice{
	"libx264":    X264Choices,
	"libx264rgb": X264Choices,
	"libx265": {
		"preset": {numbered: true, Names: presets},
		"tune":   {Names: []string{"psnr", "ssim", "grain", "zerolatency", "fastdecode", "animation", "zero-latency", "fast-decode", "vmaf"}},
		"profile": {Names: []string{
			"main", "main10", "mainstillpicture", "msp", "main-intra", "main10-intra", "main444-8", "main444-intra", "main444-stillpicture",
			"main422-10", "main422-10-intra", "main444-10", "main444-10-intra", "main12", "main12-intra", "main422-12",
			"main422-12-intra", "main444-12", "main444-12-intra",
		}},
	},
}

var (
	presets     = []string{"ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow", "slower", "veryslow", "placebo"}
	X264Choices = map[string]choice{
		"preset": {numbered: true, anyCase: true, Names: presets},
		"tune": {
			anyCase: true, several: ",./-+", exclusive: 7,
			Names: []string{"film", "animation", "grain", "stillimage", "psnr", "ssim", "touhou", "fastdecode", "zerolatency"},
		},
		"profile": {anyCase: true, Names: X264Profiles},
	}
	// x264Profiles rise: each holds all that those before it do.
	X264Profiles = []string{"baseline", "main", "high", "high10", "high422", "high444"}
)
