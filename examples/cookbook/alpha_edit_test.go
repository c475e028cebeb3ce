package cookbook_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/examples/cookbook"
	"github.com/avloom/avloom/internal/mediatest"
)

func ExampleAlphaEdit() {
	printStreams("cut.mov", "codec_name,profile,pix_fmt,nb_read_frames", func(path string) error {
		return cookbook.AlphaEdit(context.Background(), path, width, height, reusing(3, cutOut))
	})
	// Output: codec_name=prores|profile=4444|pix_fmt=yuva444p12le|nb_read_frames=3
}

// TestAlphaEdit compares colours and alpha with what ffmpeg decodes.
func TestAlphaEdit(t *testing.T) {
	mediatest.NoLeaks(t)
	path := written(t, "cut.mov", func(path string) error {
		return cookbook.AlphaEdit(t.Context(), path, width, height, reusing(3, cutOut))
	})
	for k, p := range mediatest.Pictures(t, path, 0, "rgba") {
		want := cutOut(k)
		require.GreaterOrEqual(t, mediatest.PSNR(want, p), 40.0)
		for i := 3; i < len(want); i += 4 {
			require.InDelta(t, want[i], p[i], 1, "alpha of pixel %d", i/4)
		}
	}
}
