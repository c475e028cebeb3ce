package cookbook_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/examples/cookbook"
	"github.com/avloom/avloom/internal/mediatest"
)

func ExampleQuickTimeHEVC() {
	printStreams("film.mp4", "codec_name,profile,codec_tag_string,pix_fmt", func(path string) error {
		return cookbook.QuickTimeHEVC(context.Background(), path, width, height, film(width, height, 30))
	})
	// Output:
	// codec_name=hevc|profile=Main|codec_tag_string=hvc1|pix_fmt=yuv420p
	// codec_name=aac|profile=LC|codec_tag_string=mp4a
}

// TestQuickTimeHEVC compares pictures and sound, and checks the tag and that the index comes first.
func TestQuickTimeHEVC(t *testing.T) {
	mediatest.NoLeaks(t)
	path := written(t, "film.mp4", func(path string) error {
		return cookbook.QuickTimeHEVC(t.Context(), path, width, height, film(width, height, 20))
	})
	requirePSNR(t, path, 34, shots(20))
	requireSound(t, path, 1, 20, 25)
	require.Equal(t, "hvc1", mediainfo(t, path, "Video", "CodecID"))
	requireIndexFirst(t, path)
	requirePlayers(t, path, 30, shots(20), "GStreamer", "VLC")
}
