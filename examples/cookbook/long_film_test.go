package cookbook_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/examples/cookbook"
	"github.com/avloom/avloom/internal/mediatest"
)

// longFilm writes a film of two parts.
func longFilm(ctx context.Context, path string) error {
	return cookbook.LongFilm(ctx, path, width, height, 120, func(k int) []byte { return shots(120)[k] })
}

func ExampleLongFilm() {
	printStreams("long.mp4", "codec_name,pix_fmt,nb_read_frames", func(path string) error {
		return longFilm(context.Background(), path)
	})
	// Output: codec_name=av1|pix_fmt=yuv420p|nb_read_frames=120
}

// TestLongFilm compares the pictures, and looks for the key frames at which parts begin.
func TestLongFilm(t *testing.T) {
	mediatest.NoLeaks(t)
	path := written(t, "long.mp4", func(path string) error { return longFilm(t.Context(), path) })
	requirePSNR(t, path, 33, shots(120))
	var keys []int64
	for k, p := range mediatest.Packets(t, path) {
		if p.Key {
			keys = append(keys, int64(k))
		}
	}
	require.Equal(t, []int64{0, 90}, keys)
	requirePlayers(t, path, 30, shots(120), "GStreamer", "VLC", "Chromium")
}
