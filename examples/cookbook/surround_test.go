package cookbook_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/examples/cookbook"
	"github.com/avloom/avloom/internal/mediatest"
)

func ExampleSurround() {
	printStreams("film.mp4", "codec_name,channels,channel_layout", func(path string) error {
		return cookbook.Surround(context.Background(), path, width, height, filmWith(width, height, 30, 6))
	})
	// Output:
	// codec_name=h264
	// codec_name=aac|channels=6|channel_layout=5.1
}

// TestSurround compares the sound of each channel, and the pictures.
func TestSurround(t *testing.T) {
	mediatest.NoLeaks(t)
	path := written(t, "film.mp4", func(path string) error {
		return cookbook.Surround(t.Context(), path, width, height, filmWith(width, height, 30, 6))
	})
	requirePSNR(t, path, 34, shots(30))
	requireSamples(t, mediatest.Sound(t, path, 1), 6, 30*perPicture, 20, tone)
	require.Equal(t, "Front: L C R, Side: L R, LFE", mediainfo(t, path, "Audio", "ChannelPositions"))
	requirePlayers(t, path, 30, shots(30), "GStreamer", "VLC", "Chromium")
}
