package api_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/cudatest"
	"github.com/avloom/avloom/internal/mediatest"
)

// testCUDATimes: frames in the memory of the GPU have the times with which they were given, beside
// frames in main memory.
func testCUDATimes(t *testing.T) {
	mediatest.NoLeaks(t)
	gpu := cudatest.Primary(t, 0)
	for _, extension := range []string{"mp4", "mkv"} {
		for _, bFrames := range []int{0, 2} {
			t.Run(fmt.Sprintf("%s bf %d", extension, bFrames), func(t *testing.T) {
				pts := ownTimes()
				if bFrames > 0 { // the stand-in makes no key frame after a long pause
					pts = pts[:8]
				}
				cfg := cudaVideo()
				cfg.VariableRate = true
				cfg.ExtraOptions["bf"] = bFrames
				size := cfg.Width * cfg.Height * 3
				memory := gpu.Alloc(t, 3*size)
				path := temporary(t, "own."+extension)
				ctx, enc := context.Background(), api.NewEncoder()
				v := addVideo(t, enc, cfg)
				require.NoError(t, enc.OpenFile(ctx, path))
				var e *api.ConfigError
				require.ErrorAs(t, v.AddDeviceFrames(ctx, api.DeviceFrames{Ptr: memory, N: 2, PTS: []time.Duration{2, 1}}), &e)
				require.Equal(t, "PTS", e.Field)
				require.ErrorAs(t, v.AddDeviceFrames(ctx, api.DeviceFrames{Ptr: memory, N: 1}), &e)
				require.Equal(t, "PTS", e.Field)
				for rest := pts; len(rest) > 0; {
					n := min(3, len(rest))
					require.NoError(t, v.AddDeviceFrames(ctx, api.DeviceFrames{Ptr: memory, N: n, PTS: rest[:n]}))
					if rest = rest[n:]; len(rest) > 0 {
						require.NoError(t, v.AddFrames(ctx, api.Frames{Data: make([]byte, size), PTS: rest[:1]}))
						rest = rest[1:]
					}
				}
				require.NoError(t, enc.Close())
				within := 0.51 / 90000
				if extension == "mkv" {
					within = 0.51 / 1000
				}
				want, moved := onTicks(pts, 90000)
				checkTimesIn(t, path, want, within)
				require.EqualValues(t, moved, enc.Stats().Streams[0].Moved)
			})
		}
	}
}
