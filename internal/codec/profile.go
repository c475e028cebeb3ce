package codec

import (
	"slices"
	"strings"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/avoption"
)

// CheckProfile finds an H.264 profile that cannot hold the format: x264 would say so on stderr. (ITU-T H.264, Annex A.2.)
func CheckProfile(encoder string, options []avoption.Option, format astiav.PixelFormat) error {
	i := slices.IndexFunc(options, func(o avoption.Option) bool { return o.Key == "profile" && strings.HasPrefix(encoder, "libx264") })
	if i < 0 {
		return nil
	}
	info := astiavx.DescribePixelFormat(format)
	least := "baseline"
	switch {
	case info.Log2ChromaWidth == 0 && !info.Gray:
		least = "high444"
	case info.Log2ChromaHeight == 0 && !info.Gray:
		least = "high422"
	case info.Bytes[0] > 1:
		least = "high10"
	case info.Gray:
		least = "high"
	}
	profiles := avoption.ChoiceNames("libx264", "profile") // each holds all that those before it hold
	fitting := profiles[slices.Index(profiles, least):]
	if slices.ContainsFunc(fitting, func(name string) bool { return strings.EqualFold(name, options[i].Value) }) {
		return nil
	}
	return options[i].ConfigError("this profile does not hold "+format.Name(), fitting...)
}
