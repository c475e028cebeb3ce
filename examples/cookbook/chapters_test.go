package cookbook_test

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/examples/cookbook"
	"github.com/avloom/avloom/internal/mediatest"
)

var chapters = []api.Chapter{
	{Start: 0, End: 500 * time.Millisecond, Title: "Anflug"},
	{Start: 500 * time.Millisecond, End: 1500 * time.Millisecond, Title: "Größe & Form"},
}

// cover returns a PNG file.
func cover() []byte {
	var file bytes.Buffer
	_ = png.Encode(&file, image.NewGray(image.Rect(0, 0, 64, 48))) // which fails only if writing does
	return file.Bytes()
}

func ExampleChapters() {
	const fields = "codec_name,width:stream_disposition=attached_pic"
	printStreams("film.mkv", fields, func(path string) error {
		return cookbook.Chapters(context.Background(), path, width, height, pictures(width, height, 50), chapters, cover())
	})
	// Output:
	// codec_name=h264|width=320|disposition:attached_pic=0
	// codec_name=png|width=64|disposition:attached_pic=1
}

// TestChapters finds the chapters with ffprobe and mediainfo, and compares the cover with what went
// in.
func TestChapters(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, name := range []string{"film.mp4", "film.mkv"} {
		t.Run(name, func(t *testing.T) {
			path := written(t, name, func(path string) error {
				return cookbook.Chapters(t.Context(), path, width, height, pictures(width, height, 50), chapters, cover())
			})
			told := mediatest.Run(t, "ffprobe", "-v", "error", "-show_entries", "chapter=start_time,end_time:chapter_tags=title",
				"-of", "csv=p=0", path)
			assert.Equal(t, "0.000000,0.500000,Anflug\n0.500000,1.500000,Größe & Form\n", string(told))
			told = mediatest.Run(t, "mediainfo", path)
			assert.Regexp(t, `00:00:00.500 +: \S*Größe & Form`, string(told))
			got := mediatest.Run(t, "ffmpeg", "-v", "error", "-i", path, "-map", "0:v:1", "-c", "copy", "-f", "image2pipe", "-")
			assert.Equal(t, cover(), got)
			if filepath.Ext(path) == ".mp4" {
				requirePlayers(t, path, 30, shots(50), "GStreamer", "VLC", "Chromium")
			}
		})
	}
}
