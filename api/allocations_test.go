package api_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// discard is a destination that keeps nothing.
type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }

// TestFramesAllocateNothing feeds frames one at a time, and counts what Go allocates anywhere in
// the process, until each has passed the graph.
func TestFramesAllocateNothing(t *testing.T) {
	ctx := context.Background()
	frame := numbered(5, 1)
	for name, c := range map[string]struct {
		feed  func(v *api.VideoStream) error
		limit float64 // of allocations for each frame
	}{
		"AddFrames": {func(v *api.VideoStream) error { return v.AddFrames(ctx, api.Frames{Data: frame, Layout: api.NHWC}) }, 0},
		// the Picture itself, and what watches over it
		"Acquire": {func(v *api.VideoStream) error { return commitNumbered(ctx, v, 0) }, 5},
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

// framesFed names the variable that makes TestFeed feed so many frames.
const framesFed = "AVLOOM_TEST_FRAMES"

// TestFramesAllocateNothingLarge counts what C allocates in pieces of 64 KiB or more, in processes
// that encode a number of frames and twice as many: it is the same.
func TestFramesAllocateNothingLarge(t *testing.T) {
	counter := temporary(t, "allocations.so")
	mediatest.Run(t, "gcc", "-shared", "-fPIC", "-O2", "-o", counter, filepath.Join("testdata", "allocations.c"))
	count := func(frames int) int64 {
		log := temporary(t, "allocations")
		cmd := exec.Command(os.Args[0], "-test.run", "^TestFeed$")
		cmd.Env = append(os.Environ(), framesFed+"="+strconv.Itoa(frames), "LD_PRELOAD="+counter, "ALLOCATIONS="+log)
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, string(out))
		info, err := os.Stat(log)
		require.NoError(t, err)
		return info.Size()
	}
	once := count(100)
	require.NotZero(t, once)
	require.Equal(t, once, count(200))
}

// TestFeed is the child of TestFramesAllocateNothingLarge. It feeds in all ways, and waits for each
// frame, so that as many are under way whatever the machine does.
func TestFeed(t *testing.T) {
	frames := 8
	if text, child := os.LookupEnv(framesFed); child {
		var err error
		frames, err = strconv.Atoi(text)
		require.NoError(t, err)
	}
	ctx := context.Background()
	for _, layout := range []api.Layout{api.NHWC, api.NCHW, api.Raw} {
		enc := api.NewEncoder()
		cfg := api.VideoConfig{
			Width: 640, Height: 360, FrameRate: 30, Threads: 1,
			Codec: "libx264", Preset: "ultrafast", PixelFormat: "yuv420p",
			ExtraOptions: map[string]any{"tune": "zerolatency"},
		}
		if layout == api.Raw {
			cfg.InputFormat = "yuv420p"
		}
		v := addVideo(t, enc, cfg)
		require.NoError(t, enc.OpenWriter(ctx, discard{}, "mkv"))
		frame := make([]byte, 640*360*3)
		if layout == api.Raw {
			frame = frame[:len(frame)/2]
		}
		for k := range frames {
			frame[k] = 200
			require.NoError(t, v.AddFrames(ctx, api.Frames{Data: frame, Layout: layout}))
			require.NoError(t, enc.Sync(ctx))
			p, err := v.Acquire(ctx)
			require.NoError(t, err)
			for i := range 3 { // what it held before may be noise, whose packets are large
				pix, _ := p.Plane(i)
				clear(pix)
			}
			p.Pix[k] = 1
			require.NoError(t, v.Commit(ctx, p))
			require.NoError(t, enc.Sync(ctx))
		}
		require.NoError(t, enc.Close())
	}
}
