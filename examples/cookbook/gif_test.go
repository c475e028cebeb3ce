package cookbook_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/examples/cookbook"
	"github.com/avloom/avloom/internal/mediatest"
)

func ExampleGIF() {
	printStreams("film.gif", "codec_name,width,height,avg_frame_rate,nb_read_frames", func(path string) error {
		return cookbook.GIF(context.Background(), path, width, height, pictures(width, height, 12))
	})
	// Output: codec_name=gif|width=320|height=180|avg_frame_rate=25/1|nb_read_frames=10
}

// TestGIF compares what ffmpeg and Chromium show with the pictures, and reads the delays.
func TestGIF(t *testing.T) {
	mediatest.NoLeaks(t)
	path := written(t, "film.gif", func(path string) error {
		return cookbook.GIF(t.Context(), path, width, height, pictures(width, height, 12))
	})
	all := shots(12)
	for k, p := range mediatest.Pictures(t, path, 0, "rgb24") {
		require.GreaterOrEqual(t, nearest(p, all), 38.0, "picture %d", k)
	}
	if !mediatest.Long(t) { // a browser takes seconds
		return
	}
	inChromium := animationInChromium(t, path, "image/gif")
	require.Len(t, inChromium, 10)
	for k, p := range inChromium {
		require.Equal(t, 40_000, p.Micros)
		require.GreaterOrEqual(t, nearest(over(p.Pixels), all), 38.0, "picture %d in Chromium", k)
	}
}

// nearest returns the highest peak signal-to-noise ratio between a picture and one of others.
func nearest(picture []byte, others [][]byte) float64 {
	return mediatest.PSNR(picture, others[mostLike(picture, others)])
}
