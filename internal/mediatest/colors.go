package mediatest

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// ColorTag is what the system's mediainfo says of one tag of colour.
type ColorTag struct {
	Value  string
	Source string // "Container", "Stream" or "Container / Stream", which then agree
}

// ColorTags are what mediainfo says of the colour of a video.
type ColorTags struct{ Matrix, Range, Primaries, Transfer ColorTag }

// Colors returns the tags of the only video stream of a file, and where they stand. The test fails where container and stream disagree.
func Colors(t testing.TB, path string) ColorTags {
	t.Helper()
	var out struct {
		Media struct {
			Tracks []map[string]any `json:"track"`
		} `json:"media"`
	}
	parse(t, &out, "mediainfo", "--Output=JSON", path)
	for _, track := range out.Media.Tracks {
		if track["@type"] != "Video" {
			continue
		}
		tag := func(name string) ColorTag {
			text := func(key string) string { s, _ := track[key].(string); return s }
			for _, suffix := range []string{"_Original", "_Original_Source"} { // where the stream says another thing
				require.Empty(t, text(name+suffix), "%s: the container says %q", name, text(name))
			}
			return ColorTag{text(name), text(name + "_Source")}
		}
		return ColorTags{
			Matrix: tag("matrix_coefficients"), Range: tag("colour_range"),
			Primaries: tag("colour_primaries"), Transfer: tag("transfer_characteristics"),
		}
	}
	require.Fail(t, "no video", path)
	return ColorTags{}
}
