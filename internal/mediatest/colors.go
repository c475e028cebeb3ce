package mediatest

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// ColorTag is mediainfo's report on one colour tag.
type ColorTag struct {
	Value  string
	Source string // "Container", "Stream", or "Container / Stream" if both have it
}

// ColorTags is mediainfo's report on the colour tags of a video.
type ColorTags struct{ Matrix, Range, Primaries, Transfer ColorTag }

// Colors returns the colour tags of the only video stream of a file, and where they are stored. The
// test fails if container and stream disagree.
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
			// mediainfo adds these fields if the stream has another value.
			for _, suffix := range []string{"_Original", "_Original_Source"} {
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
