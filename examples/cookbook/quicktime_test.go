package cookbook_test

import (
	"context"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/examples/cookbook"
	"github.com/avloom/avloom/internal/mediatest"
)

func ExampleQuickTime() {
	printStreams("film.mp4", "codec_name,profile,codec_tag_string,pix_fmt", func(path string) error {
		return cookbook.QuickTime(context.Background(), path, width, height, film(width, height, 30))
	})
	// Output:
	// codec_name=h264|profile=High|codec_tag_string=avc1|pix_fmt=yuv420p
	// codec_name=aac|profile=LC|codec_tag_string=mp4a
}

// TestQuickTime compares pictures and sound, and checks the tag and that the index comes first. An
// odd size is padded to an even one.
func TestQuickTime(t *testing.T) {
	mediatest.NoLeaks(t)
	path := written(t, "film.mp4", func(path string) error {
		return cookbook.QuickTime(t.Context(), path, width, height, film(width, height, 30))
	})
	want := shots(30)
	require.Equal(t, "avc1", mediainfo(t, path, "Video", "CodecID"))
	requirePSNR(t, path, 34, want)
	requireSound(t, path, 1, 30, 25)
	requireIndexFirst(t, path)
	requirePlayers(t, path, 30, want, "GStreamer", "VLC", "Chromium")
	odd := written(t, "odd.mp4", func(path string) error {
		return cookbook.QuickTime(t.Context(), path, 321, 181, film(321, 181, 5))
	})
	s := mediatest.Probe(t, odd).Streams[0]
	require.Equal(t, [2]int{322, 182}, [2]int{s.Width, s.Height})
}

// requireIndexFirst checks that the index (moov) of an mp4 file comes before its media data.
func requireIndexFirst(t *testing.T, path string) {
	t.Helper()
	require.Equal(t, "Yes", mediainfo(t, path, "General", "IsStreamable"))
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, []string{"ftyp", "moov", "free", "mdat"}, topBoxes(content))
}
