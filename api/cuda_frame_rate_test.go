package api_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/cudatest"
	"github.com/avloom/avloom/internal/mediatest"
)

// testCUDAFrameRate repeats pictures and leaves some out, with B-frames and without, in main memory
// and on the GPU, and counts how often they are uploaded.
func testCUDAFrameRate(t *testing.T) {
	mediatest.NoLeaks(t)
	gpu := cudatest.Primary(t, 0)
	memory, stream := gpu.Alloc(t, len(shaded(0, 1))), gpu.Stream(t)
	for _, c := range []struct{ in, out float64 }{{10, 25}, {30, 25}, {2, 100}} {
		for _, extra := range []map[string]any{{"qp": 1}, {"qp": 1, "bf": 3, "b_ref_mode": "middle"}} {
			const n = 20
			cfg := shadedVideo()
			cfg.FrameRate, cfg.OutFrameRate, cfg.ExtraOptions = c.in, c.out, extra
			path := temporary(t, "rate.mp4")
			enc := api.NewEncoder()
			v := addVideo(t, enc, cfg)
			require.NoError(t, enc.OpenFile(context.Background(), path))
			for i := range n {
				data := shaded(i, 1)
				if i%2 == 0 {
					require.NoError(t, v.AddFrames(context.Background(), api.Frames{Data: data, Layout: api.NHWC}))
					continue
				}
				gpu.Write(t, memory, data, stream)
				f := api.DeviceFrames{Ptr: memory, N: 1, Layout: api.NHWC, Stream: stream}
				require.NoError(t, v.AddDeviceFrames(context.Background(), f))
			}
			require.NoError(t, enc.Close())
			for _, node := range enc.Stats().Nodes {
				if node.Name == "upload" || node.Name == "rate" {
					require.Equal(t, int64(n), node.In, node.Name)
				}
			}
			pictures := mediatest.Pictures(t, path, 0, "rgb24")
			require.Len(t, pictures, int(n*c.out/c.in+0.5))
			last := 0
			for k := range pictures { // the last picture whose instant, rounded half up, is this one or earlier
				for last+1 < n && int(float64(last+1)*c.out/c.in+0.5) <= k {
					last++
				}
				require.InDelta(t, 16+4*last, pictures[k][len(pictures[k])/2], 2, "%g to %g: picture %d", c.in, c.out, k)
			}
		}
	}
}
