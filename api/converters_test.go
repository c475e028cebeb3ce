package api

import (
	"bytes"
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/internal/mediatest"
	"github.com/avloom/avloom/nodes"
)

func TestConverters(t *testing.T) {
	mediatest.NoLeaks(t)
	nut, err := resolveContainer(Writer(new(MemoryFile), "nut"))
	require.NoError(t, err)
	for name, c := range map[string]struct {
		cfg  VideoConfig
		want int
	}{
		"our own kernels":             {VideoConfig{Width: 3840, Height: 2160, PixelFormat: "yuv420p", Threads: 8}, 1},
		"the encoder's own format":    {VideoConfig{Width: 3840, Height: 2160, PixelFormat: "yuv420p", InputFormat: "yuv420p", Threads: 8}, 1},
		"swscale":                     {VideoConfig{Width: 3840, Height: 2160, PixelFormat: "yuv420p10le", Threads: 16}, 8},
		"swscale, for Raw alone":      {VideoConfig{Width: 1920, Height: 1080, PixelFormat: "yuv420p", InputFormat: "rgb48le", Threads: 8}, 2},
		"swscale, with few threads":   {VideoConfig{Width: 3840, Height: 2160, PixelFormat: "yuv420p10le", Threads: 3}, 3},
		"swscale, of a small picture": {VideoConfig{Width: 640, Height: 360, PixelFormat: "yuv420p10le", Threads: 8}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			c.cfg.FrameRate, c.cfg.Codec = 25, "rawvideo"
			plan, err := newVideoPlan(c.cfg)
			require.NoError(t, err)
			enc, err := plan.open(nil, nil, nut)
			require.NoError(t, err)
			defer nodes.FreeCodecContext(enc.codec)
			all, _, err := enc.converters()
			require.NoError(t, err)
			require.Len(t, all, c.want)
			for _, converter := range all {
				converter.Close()
			}
		})
	}
}

// TestConvertersKeepTheOrder compares what several make with what one makes.
func TestConvertersKeepTheOrder(t *testing.T) {
	mediatest.NoLeaks(t)
	ctx := context.Background()
	encode := func(threads int) []byte {
		var file MemoryFile
		enc := NewEncoder()
		v, err := enc.AddVideo(VideoConfig{Width: 1024, Height: 1024, FrameRate: 25, Codec: "rawvideo", PixelFormat: "yuv420p10le", Threads: threads})
		require.NoError(t, err)
		require.NoError(t, enc.OpenWriter(ctx, &file, "nut"))
		const size, n = 3 * 1024 * 1024, 32 // different frames in one batch, so that several are under way at a time
		frames := make([]byte, n*size)
		for k := range n {
			copy(frames[k*size:], bytes.Repeat([]byte{byte(8 * k), 255, 99}, 20000))
		}
		require.NoError(t, v.AddFrames(ctx, Frames{Data: frames, Layout: NHWC}))
		require.NoError(t, enc.Close())
		return file.Bytes()
	}
	require.True(t, bytes.Equal(encode(1), encode(4)))
}
