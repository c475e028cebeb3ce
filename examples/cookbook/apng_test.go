package cookbook_test

import (
	"context"
	"testing"

	"github.com/avloom/avloom/examples/cookbook"
	"github.com/avloom/avloom/internal/mediatest"
)

func ExampleAnimatedPNG() {
	printStreams("cut.apng", "codec_name,pix_fmt,nb_read_frames", func(path string) error {
		return cookbook.AnimatedPNG(context.Background(), path, width, height, reusing(4, cutOut))
	})
	// Output: codec_name=apng|pix_fmt=rgba|nb_read_frames=4
}

// TestAnimatedPNG finds each byte again with ffmpeg, and the times with Chromium.
func TestAnimatedPNG(t *testing.T) {
	mediatest.NoLeaks(t)
	path := written(t, "cut.apng", func(path string) error {
		return cookbook.AnimatedPNG(t.Context(), path, width, height, reusing(4, cutOut))
	})
	requireSame(t, path, 0, "rgba", drawn(4, cutOut))
	requireAnimationInChromium(t, path, "image/apng", 45)
}
