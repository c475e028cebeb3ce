package cookbook_test

import (
	"context"
	"testing"

	"github.com/avloom/avloom/examples/cookbook"
	"github.com/avloom/avloom/internal/mediatest"
)

func ExampleSmallestVP9() {
	printStreams("small.webm", "codec_name,pix_fmt,nb_read_frames", func(path string) error {
		return cookbook.SmallestVP9(context.Background(), path, width, height, pictures(width, height, 30))
	})
	// Output: codec_name=vp9|pix_fmt=yuv420p|nb_read_frames=30
}

// TestSmallestVP9 compares the pictures, and the size with that of H.264.
func TestSmallestVP9(t *testing.T) {
	mediatest.NoLeaks(t)
	path := written(t, "small.webm", func(path string) error {
		return cookbook.SmallestVP9(t.Context(), path, width, height, pictures(width, height, 30))
	})
	requirePSNR(t, path, 34, shots(30))
	requireLessThanH264(t, path)
	requirePlayers(t, path, 30, shots(30), "GStreamer", "VLC", "Chromium")
}
