package cookbook_test

import (
	"context"
	"testing"

	"github.com/avloom/avloom/examples/cookbook"
	"github.com/avloom/avloom/internal/mediatest"
)

func ExampleLosslessRGB() {
	printStreams("lossless.mp4", "codec_name,profile,pix_fmt,nb_read_frames", func(path string) error {
		return cookbook.LosslessRGB(context.Background(), path, width, height, pictures(width, height, 30))
	})
	// Output: codec_name=h264|profile=High 4:4:4 Predictive|pix_fmt=gbrp|nb_read_frames=30
}

// TestLosslessRGB writes noise, also in odd sizes, and finds every byte of it again.
func TestLosslessRGB(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, name := range []string{"lossless.mp4", "lossless.mkv"} {
		for _, size := range [][2]int{{320, 180}, {321, 181}} {
			draw := func(k int) []byte { return noise(3*size[0]*size[1], k) }
			path := written(t, name, func(path string) error {
				return cookbook.LosslessRGB(t.Context(), path, size[0], size[1], reusing(10, draw))
			})
			requireSame(t, path, 0, "rgb24", drawn(10, draw))
		}
	}
	path := written(t, "lossless.mp4", func(path string) error {
		return cookbook.LosslessRGB(t.Context(), path, width, height, pictures(width, height, 30))
	})
	requirePlayers(t, path, 50, shots(30), "GStreamer", "VLC", "Chromium")
}
