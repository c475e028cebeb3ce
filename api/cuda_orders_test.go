package api_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/cudatest"
	"github.com/avloom/avloom/internal/mediatest"
)

// testCUDAForceKeyFrame asks for key frames in front of pictures of main memory and of the GPU.
func testCUDAForceKeyFrame(t *testing.T) {
	mediatest.NoLeaks(t)
	gpu := cudatest.Primary(t, 0)
	memory, stream := gpu.Alloc(t, len(shaded(0, 1))), gpu.Stream(t)
	for _, codec := range []string{"h264", "hevc", "av1"} {
		for _, bframes := range []int{0, 2} {
			const n = 20
			cfg := shadedVideo()
			cfg.Codec, cfg.ExtraOptions = codec, map[string]any{"qp": 1, "bf": bframes}
			path := temporary(t, codec+".mp4")
			encodeStream(t, api.File(path), cfg, func(v *api.VideoStream) {
				for i := range n {
					if i == 7 || i == 12 {
						require.NoError(t, v.ForceKeyFrame())
					}
					data := shaded(i, 1)
					if i%2 == 0 {
						require.NoError(t, v.AddFrames(context.Background(), api.Frames{Data: data, Layout: api.NHWC}))
						continue
					}
					gpu.Write(t, memory, data, stream)
					f := api.DeviceFrames{Ptr: memory, N: 1, Layout: api.NHWC, Stream: stream}
					require.NoError(t, v.AddDeviceFrames(context.Background(), f))
				}
			})
			keys, frames := keyFrames(t, path)
			require.Equal(t, []int{0, 7, 12}, keys, "%s with %d B-frames", codec, bframes)
			require.Equal(t, n, frames)
			requireShaded(t, path, 0, n)
		}
	}
}

// testCUDASetBitRate measures the bytes before and after a change.
func testCUDASetBitRate(t *testing.T) {
	mediatest.NoLeaks(t)
	const half, width, height, from = 100, 160, 96, 300_000
	pictures := noise(2*half, width, height)
	for _, to := range []int64{100_000, 1_500_000} {
		path := temporary(t, "rate.mp4")
		cfg := api.VideoConfig{
			Width: width, Height: height, FrameRate: 25, Device: "cuda", Codec: "h264", BitRate: from,
		}
		encodeStream(t, api.File(path), cfg, func(v *api.VideoStream) {
			const size = 3 * half * width * height
			require.NoError(t, v.AddFrames(context.Background(), api.Frames{Data: pictures[:size], Layout: api.NHWC}))
			require.NoError(t, v.SetBitRate(to))
			require.NoError(t, v.AddFrames(context.Background(), api.Frames{Data: pictures[size:], Layout: api.NHWC}))
		})
		packets := mediatest.Packets(t, path)
		require.Len(t, packets, 2*half)
		var bytes [2]int64
		for i, p := range packets {
			bytes[i/half] += p.Size
		}
		require.True(t, packets[half].Key)
		require.InEpsilon(t, from, bytes[0]*8*25/half, 0.3)
		require.InEpsilon(t, to, bytes[1]*8*25/half, 0.3)
	}
}
