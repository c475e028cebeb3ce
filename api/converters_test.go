package api_test

import (
	"bytes"
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// TestConvertersKeepTheOrder compares what several make with what one makes.
func TestConvertersKeepTheOrder(t *testing.T) {
	mediatest.NoLeaks(t)
	ctx := context.Background()
	encode := func(threads int) []byte {
		var file api.MemoryFile
		enc := api.NewEncoder()
		v, err := enc.AddVideo(
			api.VideoConfig{
				Width:       1024,
				Height:      1024,
				FrameRate:   25,
				Codec:       "rawvideo",
				PixelFormat: "yuv420p10le",
				Threads:     threads,
			},
		)
		require.NoError(t, err)
		require.NoError(t, enc.OpenWriter(ctx, &file, "nut"))
		const size, n = 3 * 1024 * 1024, 32 // different frames in one batch, so that several are under way at a time
		frames := make([]byte, n*size)
		for k := range n {
			copy(frames[k*size:], bytes.Repeat([]byte{byte(8 * k), 255, 99}, 20000))
		}
		require.NoError(t, v.AddFrames(ctx, api.Frames{Data: frames, Layout: api.NHWC}))
		require.NoError(t, enc.Close())
		return file.Bytes()
	}
	require.True(t, bytes.Equal(encode(1), encode(4)))
}
