package cookbook_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/examples/cookbook"
	"github.com/avloom/avloom/internal/browsertest"
	"github.com/avloom/avloom/internal/mediatest"
)

func ExampleAnamorphic() {
	printStreams("pal.mp4", "width,height,sample_aspect_ratio,display_aspect_ratio", func(path string) error {
		return cookbook.Anamorphic(context.Background(), path, pictures(720, 576, 5))
	})
	// Output: width=720|height=576|sample_aspect_ratio=64:45|display_aspect_ratio=16:9
}

// TestAnamorphic compares the pictures, and how wide players show them.
func TestAnamorphic(t *testing.T) {
	mediatest.NoLeaks(t)
	path := written(t, "pal.mp4", func(path string) error {
		return cookbook.Anamorphic(t.Context(), path, pictures(720, 576, 15))
	})
	want := drawn(15, func(k int) []byte { return picture(720, 576, k) })
	requirePSNR(t, path, 34, want)
	require.Equal(t, "1.778", mediainfo(t, path, "Video", "DisplayAspectRatio"))
	if mediatest.Long(t) {
		page := openInChromium(t, path)
		require.Equal(t, [2]int{1024, 576}, browsertest.Eval[[2]int](page, "[video.videoWidth, video.videoHeight]"))
	}
	requirePlayers(t, path, 30, want, "GStreamer", "VLC", "Chromium")
}
