package cookbook_test

import (
	"context"
	"testing"

	"github.com/avloom/avloom/examples/cookbook"
	"github.com/avloom/avloom/internal/mediatest"
)

func ExampleWeb() {
	printStreams("film.webm", "codec_name,profile,pix_fmt", func(path string) error {
		return cookbook.Web(context.Background(), path, width, height, film(width, height, 30))
	})
	// Output:
	// codec_name=vp9|profile=Profile 0|pix_fmt=yuv420p
	// codec_name=opus|profile=unknown
}

// TestWeb compares pictures and sound.
func TestWeb(t *testing.T) {
	mediatest.NoLeaks(t)
	path := written(t, "film.webm", func(path string) error {
		return cookbook.Web(t.Context(), path, width, height, film(width, height, 30))
	})
	requirePSNR(t, path, 34, shots(30))
	requireSound(t, path, 1, 30, 20)
	requirePlayers(t, path, 30, shots(30), "GStreamer", "VLC", "Chromium")
}
