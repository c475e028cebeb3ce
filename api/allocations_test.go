package api_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
)

// discard is a destination that keeps nothing.
type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }

// TestFramesAllocateNothing feeds frames one at a time, and counts what Go allocates anywhere in the process, until each has passed the graph.
func TestFramesAllocateNothing(t *testing.T) {
	ctx := context.Background()
	frame := numbered(5, 1)
	for name, c := range map[string]struct {
		feed  func(v *api.VideoStream) error
		limit float64 // of allocations for each frame
	}{
		"AddFrames": {func(v *api.VideoStream) error { return v.AddFrames(ctx, api.Frames{Data: frame, Layout: api.NHWC}) }, 0},
		"Acquire":   {func(v *api.VideoStream) error { return commitNumbered(ctx, v, 0) }, 5}, // the Picture itself, and what watches over it
	} {
		t.Run(name, func(t *testing.T) {
			enc := api.NewEncoder()
			cfg := numberedVideo()
			cfg.ExtraOptions = map[string]any{"tune": "zerolatency"}
			v := addVideo(t, enc, cfg)
			require.NoError(t, enc.OpenWriter(ctx, discard{}, "mkv"))
			for range 200 {
				require.NoError(t, c.feed(v))
			}
			got := testing.AllocsPerRun(500, func() {
				if err := c.feed(v); err != nil {
					panic(err)
				}
			})
			require.NoError(t, enc.Close())
			require.LessOrEqual(t, got, c.limit)
		})
	}
}
