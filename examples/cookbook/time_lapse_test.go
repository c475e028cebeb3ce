package cookbook_test

import (
	"context"
	"testing"

	"github.com/avloom/avloom/examples/cookbook"
	"github.com/avloom/avloom/internal/mediatest"
)

func ExampleTimeLapse() {
	printStreams("lapse.mp4", "codec_name,r_frame_rate,duration,nb_read_frames", func(path string) error {
		return cookbook.TimeLapse(context.Background(), path, width, height, pictures(width, height, 2*60))
	})
	// Output: codec_name=h264|r_frame_rate=30/1|duration=0.066667|nb_read_frames=2
}

// TestTimeLapse finds one of each 60 pictures in the file: the latest one that is nearest.
func TestTimeLapse(t *testing.T) {
	mediatest.NoLeaks(t)
	scenes := shots(20 * 6) // each of which is fed ten times
	path := written(t, "lapse.mp4", func(path string) error {
		return cookbook.TimeLapse(t.Context(), path, width, height, reusing(20*60, func(k int) []byte {
			return scenes[k/10]
		}))
	})
	kept := drawn(20, func(k int) []byte { return scenes[(60*k+29)/10] })
	requirePSNR(t, path, 34, kept)
	requirePlayers(t, path, 30, kept, "GStreamer", "VLC", "Chromium")
}
