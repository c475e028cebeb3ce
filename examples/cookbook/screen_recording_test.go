package cookbook_test

import (
	"context"
	"iter"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/examples/cookbook"
	"github.com/avloom/avloom/internal/mediatest"
)

func ExampleScreenRecording() {
	printStreams("screen.mp4", "codec_name,pix_fmt,nb_read_frames", func(path string) error {
		return cookbook.ScreenRecording(context.Background(), path, width, height, changes())
	})
	// Output: codec_name=h264|pix_fmt=yuv420p|nb_read_frames=6
}

// changesAt are the times at which the screen changes.
var changesAt = []time.Duration{
	0, 16 * time.Millisecond, 40 * time.Millisecond, 400 * time.Millisecond, 417 * time.Millisecond, 2 * time.Second,
}

// changes yields the pictures of a screen, and when they are there.
func changes() iter.Seq2[time.Duration, []byte] {
	return func(yield func(time.Duration, []byte) bool) {
		for k, at := range changesAt {
			if !yield(at, picture(width, height, k)) {
				return
			}
		}
	}
}

// TestScreenRecording compares the pictures and their times.
func TestScreenRecording(t *testing.T) {
	mediatest.NoLeaks(t)
	path := written(t, "screen.mp4", func(path string) error {
		return cookbook.ScreenRecording(t.Context(), path, width, height, changes())
	})
	requirePSNR(t, path, 34, shots(len(changesAt)))
	times := mediatest.FrameTimes(t, path, 0)
	require.Len(t, times, len(changesAt))
	for k, at := range changesAt {
		require.InDelta(t, at.Seconds(), times[k], 1.0/90000, "picture %d", k)
	}
	requirePlayers(t, path, 30, shots(len(changesAt)), "GStreamer", "VLC", "Chromium")
}
