package api_test

import (
	"context"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
)

// TestJobCollectsItsPackets looks at the temporary file of a job when packets have come to the
// muxer: nobody reads it, so they need not be written one by one. Sync still writes all of them.
func TestJobCollectsItsPackets(t *testing.T) {
	t.Parallel()
	const width, height, frames = 64, 48, 3
	job := api.Job{Path: filepath.Join(t.TempDir(), "clip.mp4")}
	job.Run = func(ctx context.Context, enc *api.Encoder, path string) error {
		v, err := enc.AddVideo(api.VideoConfig{Width: width, Height: height, FrameRate: 25, Codec: "mjpeg"})
		require.NoError(t, err)
		require.NoError(t, enc.OpenFile(ctx, path))
		header := sizeOf(t, path)
		require.NoError(t, v.AddFrames(ctx, api.Frames{Data: noise(frames, width, height), Layout: api.NHWC}))
		require.Eventually(t, func() bool {
			return slices.ContainsFunc(enc.Stats().Nodes, func(n api.NodeStats) bool { return n.Name == "mux" && n.In == frames })
		}, time.Minute, time.Millisecond)
		require.Equal(t, header, sizeOf(t, path), "packets were written one by one")
		require.NoError(t, enc.Sync(ctx))
		require.Greater(t, sizeOf(t, path), header+frames*1000)
		return nil
	}
	_, err := api.RenderAll(t.Context(), slices.Values([]api.Job{job}), api.RenderConfig{})
	require.NoError(t, err)
}
