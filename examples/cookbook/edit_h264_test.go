package cookbook_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/examples/cookbook"
	"github.com/avloom/avloom/internal/mediatest"
)

func ExampleEditH264() {
	printStreams("film.mov", "codec_name,profile,has_b_frames,pix_fmt", func(path string) error {
		return cookbook.EditH264(context.Background(), path, width, height, film(width, height, 30))
	})
	// Output:
	// codec_name=h264|profile=High|has_b_frames=0|pix_fmt=yuv420p
	// codec_name=pcm_s16le|profile=unknown
}

// TestEditH264 compares pictures and sound. All frames are key frames.
func TestEditH264(t *testing.T) {
	mediatest.NoLeaks(t)
	path := written(t, "film.mov", func(path string) error {
		return cookbook.EditH264(t.Context(), path, width, height, film(width, height, 30))
	})
	requirePSNR(t, path, 36, shots(30))
	requireSound(t, path, 1, 30, 80)
	for _, p := range mediatest.Packets(t, path) {
		require.True(t, p.Key, "the packet at %v s is a key frame", p.PTS)
	}
	requirePlayers(t, path, 30, shots(30), "GStreamer", "VLC", "Chromium")
}
