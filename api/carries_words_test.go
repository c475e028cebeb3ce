package api_test

import (
	"strings"
	"testing"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// carriesFileTags are the tags of a file.
var carriesFileTags = carriesColumn{
	name: "tags of the file",
	ask: func(c *carriesConfig) bool {
		c.options = append(c.options, api.Metadata(map[string]string{"title": "what it is called"}))
		return true
	},
	seen: func(t *testing.T, f carriedFile) bool {
		t.Helper()
		return strings.Contains(allTags(t, f.path), "=what it is called\n") || // service_name in MPEG-TS
			strings.Contains(string(mediatest.Run(t, "mediainfo", f.path)), ": what it is called\n") // in 3gp
	},
}

// carriesCodecTag is the name of a codec.
var carriesCodecTag = carriesColumn{
	name: "codec tag",
	ask: func(c *carriesConfig) bool {
		if c.video == nil || c.row.video != "libx264" {
			return false
		}
		c.video.Tag = "avc3"
		if c.row.name == "avi" {
			c.video.Tag = "X264"
		}
		return true
	},
	seen: func(t *testing.T, f carriedFile) bool {
		t.Helper()
		return strings.Contains(tagOf(t, f.path), f.video.Tag) // once more for the program of DASH
	},
}

// carriesPixelAspect is the shape of a pixel.
var carriesPixelAspect = carriesColumn{
	name: "pixel aspect",
	ask: func(c *carriesConfig) bool {
		if c.video == nil {
			return false
		}
		c.video.PixelAspect = 4.0 / 3
		return true
	},
	seen: func(t *testing.T, f carriedFile) bool {
		t.Helper()
		const show = "stream=sample_aspect_ratio"
		out := mediatest.Run(t, "ffprobe", "-v", "error", "-select_streams", "v", "-show_entries", show,
			"-of", "default=nw=1:nk=1", f.path)
		// Matroska has whole pixels, and gif 64ths.
		return strings.HasPrefix(string(out), "4:3\n") || strings.HasPrefix(string(out), "85:64\n")
	},
}

// allTags returns the tags of a file and of all of its streams as ffprobe shows them, with keys in
// small letters, one in a line.
func allTags(t *testing.T, path string) string {
	t.Helper()
	const show = "format_tags:stream_tags:program_tags"
	out := mediatest.Run(t, "ffprobe", "-v", "error", "-show_entries", show, "-of", "default=nw=1", path)
	var tags strings.Builder
	for line := range strings.Lines(string(out)) {
		key, value, _ := strings.Cut(strings.TrimPrefix(line, "TAG:"), "=")
		tags.WriteString(strings.ToLower(key) + "=" + value)
	}
	return tags.String()
}
