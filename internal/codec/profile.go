package codec

import (
	"slices"
	"strings"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/avoption"
)

// CheckProfile returns an error about an H.264 profile that cannot hold the pixel format (ITU-T
// H.264, Annex A.2). x264 would report it on stderr only.
func CheckProfile(encoder string, options []avoption.Option, format astiav.PixelFormat) error {
	i := slices.IndexFunc(options, func(o avoption.Option) bool { return o.Key == "profile" })
	if i < 0 || !strings.HasPrefix(encoder, "libx264") {
		return nil
	}
	profiles := avoption.ChoiceNames("libx264", "profile") // each holds all that those before it hold
	fitting := profiles[slices.Index(profiles, leastProfile(format)):]
	isGiven := func(name string) bool { return strings.EqualFold(name, options[i].Value) }
	if slices.ContainsFunc(fitting, isGiven) {
		return nil
	}
	return options[i].ConfigError("this profile does not hold "+format.Name(), fitting...)
}

// leastProfile returns the first profile of H.264 that holds a pixel format.
func leastProfile(format astiav.PixelFormat) string {
	info := astiavx.DescribePixelFormat(format)
	switch {
	case info.Log2ChromaWidth == 0 && !info.Gray:
		return "high444"
	case info.Log2ChromaHeight == 0 && !info.Gray:
		return "high422"
	case info.Bytes[0] > 1:
		return "high10"
	case info.Gray:
		return "high"
	}
	return "baseline"
}
