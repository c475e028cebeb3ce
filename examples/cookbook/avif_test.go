package cookbook_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/examples/cookbook"
	"github.com/avloom/avloom/internal/mediatest"
)

func ExampleAnimatedAVIF() {
	printStreams("film.avif", "codec_name,width,height,nb_read_frames", func(path string) error {
		return cookbook.AnimatedAVIF(context.Background(), path, width, height, pictures(width, height, 4))
	})
	// Output: codec_name=av1|width=320|height=180|nb_read_frames=4
}

// TestAnimatedAVIF compares what ffmpeg and Chromium show with the pictures.
func TestAnimatedAVIF(t *testing.T) {
	mediatest.NoLeaks(t)
	path := written(t, "film.avif", func(path string) error {
		return cookbook.AnimatedAVIF(t.Context(), path, width, height, pictures(width, height, 4))
	})
	requirePSNR(t, path, 33, shots(4))
	if !mediatest.Long(t) { // a browser takes seconds
		return
	}
	all := animationInChromium(t, path, "image/avif")
	require.Len(t, all, 4)
	for k, p := range all {
		require.InDelta(t, 1e6/rate, p.Micros, 1000)
		require.GreaterOrEqual(t, mediatest.PSNR(picture(width, height, k), over(p.Pixels)), 33.0, "picture %d", k)
	}
}
