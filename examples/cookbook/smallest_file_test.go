package cookbook_test

import (
	"context"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/examples/cookbook"
	"github.com/avloom/avloom/internal/mediatest"
)

func ExampleSmallestFile() {
	printStreams("small.mp4", "codec_name,pix_fmt,nb_read_frames", func(path string) error {
		return cookbook.SmallestFile(context.Background(), path, width, height, pictures(width, height, 30))
	})
	// Output: codec_name=av1|pix_fmt=yuv420p|nb_read_frames=30
}

// TestSmallestFile compares the pictures, and the size with that of H.264.
func TestSmallestFile(t *testing.T) {
	mediatest.NoLeaks(t)
	path := written(t, "small.mp4", func(path string) error {
		return cookbook.SmallestFile(t.Context(), path, width, height, pictures(width, height, 30))
	})
	requirePSNR(t, path, 34, shots(30))
	requireLessThanH264(t, path)
	requirePlayers(t, path, 30, shots(30), "GStreamer", "VLC", "Chromium")
}

// requireLessThanH264 checks that a file of 30 pictures is less than two thirds as large as the
// recipe for QuickTime makes it.
func requireLessThanH264(t *testing.T, path string) {
	t.Helper()
	other := written(t, "film.mp4", func(path string) error {
		return cookbook.QuickTime(t.Context(), path, width, height, film(width, height, 30))
	})
	small, err := os.Stat(path)
	require.NoError(t, err)
	var large int64
	for _, p := range mediatest.Packets(t, other) {
		if p.Stream == 0 {
			large += p.Size
		}
	}
	t.Logf("%d bytes, and %d as H.264", small.Size(), large)
	require.Less(t, 3*small.Size(), 2*large)
}
