package api_test

import (
	"bytes"
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/cudatest"
	"github.com/avloom/avloom/internal/mediatest"
)

// testCUDADrops feeds pictures from main memory and from the GPU in turn, while the destination
// takes nothing. What was kept is encoded in order, at its times.
func testCUDADrops(t *testing.T) {
	mediatest.NoLeaks(t)
	gpu, grey := cudatest.Primary(t, 0), bytes.Repeat([]byte{120}, len(shaded(0, 1)))
	memory := gpu.Alloc(t, len(grey))
	gpu.Write(t, memory, grey, 0)
	gpu.Wait(t, 0)
	feed := func(ctx context.Context, v *api.VideoStream, number int) error {
		if number%2 == 1 {
			return v.AddDeviceFrames(ctx, api.DeviceFrames{Ptr: memory, N: 1, Layout: api.NHWC})
		}
		return v.AddFrames(ctx, api.Frames{Data: shaded(number%50, 1), Layout: api.NHWC})
	}
	d := openDropping(t, "mkv", shadedVideo())
	open := d.file.shut()
	for before := d.dropped(); d.dropped() < before+20 || !d.file.stuck(); {
		d.offer(feed)
	}
	open()
	for kept := len(d.kept); len(d.kept) < kept+4; {
		d.offer(feed)
	}
	require.NoError(t, d.enc.Close())
	d.checkCounts()
	path := saved(t, "drops.mkv", d.file.Bytes())
	d.checkTimes(path, 0.0011)
	pictures := mediatest.Pictures(t, path, 0, "rgb24")
	for i, number := range d.kept {
		want := 16 + 4*(number%50)
		if number%2 == 1 {
			want = 120
		}
		require.InDelta(t, want, pictures[i][len(pictures[i])/2], 2, "frame %d", number)
	}
}
