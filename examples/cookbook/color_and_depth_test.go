package cookbook_test

import (
	"context"
	"iter"
	"testing"

	"github.com/avloom/avloom/examples/cookbook"
	"github.com/avloom/avloom/internal/mediatest"
)

func ExampleColorAndDepth() {
	printStreams("camera.mkv", "codec_name,pix_fmt,nb_read_frames", func(path string) error {
		return cookbook.ColorAndDepth(context.Background(), path, width, height, camera(30))
	})
	// Output:
	// codec_name=h264|pix_fmt=yuv420p|nb_read_frames=30
	// codec_name=ffv1|pix_fmt=gray16le|nb_read_frames=30
}

// camera yields n pictures of the film, each with its depth map.
func camera(n int) iter.Seq2[[]byte, []byte] {
	return func(yield func([]byte, []byte) bool) {
		for k := range n {
			if !yield(picture(width, height, k), depthMap(k)) {
				return
			}
		}
	}
}

// TestColorAndDepth compares the pictures, and finds each byte of the depth maps again.
func TestColorAndDepth(t *testing.T) {
	mediatest.NoLeaks(t)
	path := written(t, "camera.mkv", func(path string) error {
		return cookbook.ColorAndDepth(t.Context(), path, width, height, camera(30))
	})
	requirePSNR(t, path, 34, shots(30))
	requireSame(t, path, 1, "gray16le", drawn(30, depthMap))
	requirePlayers(t, path, 30, shots(30), "GStreamer", "VLC", "Chromium")
}
