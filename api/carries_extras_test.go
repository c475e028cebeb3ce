package api_test

import (
	"strings"
	"testing"
	"time"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// carriesChapters are chapters.
var carriesChapters = carriesColumn{
	name: "chapters", lists: true,
	ask: func(c *carriesConfig) bool {
		c.options = append(c.options, api.Chapters(
			api.Chapter{Start: 0, End: 400 * ms, Title: "first"}, api.Chapter{Start: 400 * ms, End: time.Second, Title: "second"},
		))
		return true
	},
	seen: func(t *testing.T, f carriedFile) bool {
		t.Helper()
		got := chaptersOf(t, f.path)
		return len(got) == 2 && got[1].title == "second" && got[1].start == 0.4
	},
}

// smallPNG is a PNG file of one pixel.
var smallPNG = []byte("\x89\x50\x4e\x47\x0d\x0a\x1a\x0a\x00\x00\x00\x0d\x49\x48\x44\x52\x00\x00\x00\x01\x00\x00\x00\x01\x08" +
	"\x00\x00\x00\x00\x3a\x7e\x9b\x55\x00\x00\x00\x0a\x49\x44\x41\x54\x78\x9c\x63\x60\x00\x00\x00\x02\x00" +
	"\x01\x48\xaf\xa4\x71\x00\x00\x00\x00\x49\x45\x4e\x44\xae\x42\x60\x82")

// carriesCover is a cover.
var carriesCover = carriesColumn{
	name: "cover", lists: true,
	ask: func(c *carriesConfig) bool {
		c.options = append(c.options, api.CoverArt(smallPNG))
		return true
	},
	seen: func(t *testing.T, f carriedFile) bool {
		t.Helper()
		out := mediatest.Run(t, "ffprobe", "-v", "error", "-show_entries", "stream=codec_name:stream_disposition=attached_pic",
			"-of", "csv=p=0", f.path)
		return strings.HasSuffix(string(out), "png,1\n")
	},
}

// carriesAttachment is an attachment.
var carriesAttachment = carriesColumn{
	name: "attachments", lists: true,
	ask: func(c *carriesConfig) bool {
		c.options = append(c.options, api.Attach(api.Attachment{Name: "a.json", MIME: "application/json", Data: []byte("{}")}))
		return true
	},
	seen: func(t *testing.T, f carriedFile) bool {
		t.Helper()
		return strings.Contains(allTags(t, f.path), "filename=a.json\n")
	},
}

// carriesTimecode is a timecode.
var carriesTimecode = carriesColumn{
	name: "timecode",
	ask: func(c *carriesConfig) bool {
		if c.video == nil {
			return false
		}
		c.options = append(c.options, api.Metadata(map[string]string{"timecode": "10:00:00:12"}))
		return true
	},
	seen: func(t *testing.T, f carriedFile) bool {
		t.Helper()
		return strings.Contains(allTags(t, f.path), "=10:00:00:12\n")
	},
}
