package api_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// runMoving makes a clip of moving noise. x264 at preset medium decides much by it, and splits it
// among its threads.
func runMoving(seed uint64) func(context.Context, *api.Encoder, string) error {
	return func(ctx context.Context, enc *api.Encoder, path string) error {
		v, err := enc.AddVideo(api.VideoConfig{Width: 64, Height: 256, FrameRate: 30, Codec: "libx264"})
		if err != nil {
			return err
		}
		if err := enc.OpenFile(ctx, path); err != nil {
			return err
		}
		random := rand.New(rand.NewPCG(seed, 1))
		frame := make([]byte, 64*256*3)
		for range 12 {
			for i := range frame {
				frame[i] += byte(random.IntN(9))
			}
			if err := v.AddFrames(ctx, api.Frames{Data: frame, Layout: api.NHWC}); err != nil {
				return err
			}
		}
		return nil
	}
}

// rendered renders n clips in this order and returns their bytes by name.
func rendered(t *testing.T, order []int, workers int, opts ...api.Option) map[string][]byte {
	t.Helper()
	dir := t.TempDir()
	var jobs []api.Job
	for _, k := range order {
		jobs = append(
			jobs,
			api.Job{Path: filepath.Join(dir, fmt.Sprintf("%d.mkv", k)), Run: runMoving(uint64(k)), Options: opts},
		)
	}
	_, err := api.RenderAll(context.Background(), slices.Values(jobs), api.RenderConfig{Workers: workers})
	require.NoError(t, err)
	files := map[string][]byte{}
	for _, job := range jobs {
		data, err := os.ReadFile(job.Path)
		require.NoError(t, err)
		files[filepath.Base(job.Path)] = data
	}
	return files
}

func TestEveryEncoderGetsItsPartOfTheCores(t *testing.T) {
	mediatest.NoLeaks(t)
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(4))
	for workers, want := range map[int]string{0: "1", 1: "4", 2: "2", 3: "1", 9: "1"} {
		for name, data := range rendered(t, []int{1, 2, 3}, workers) {
			require.Equal(t, want, string(threadsInStream.FindSubmatch(data)[1]), "%d workers, %s", workers, name)
		}
	}
	for _, data := range rendered(t, []int{1, 2}, 2, api.WithThreadBudget(api.NewThreadBudget(1))) {
		require.Equal(t, "1", string(threadsInStream.FindSubmatch(data)[1]), "the job's own option")
	}
}

// TestBytesDoNotDependOnTheNeighbours renders the same clips in other orders, alone, and with other
// numbers of workers.
func TestBytesDoNotDependOnTheNeighbours(t *testing.T) {
	mediatest.NoLeaks(t)
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(4))
	want := rendered(t, []int{0, 1, 2, 3}, 2)
	require.False(t, bytes.Equal(want["0.mkv"], want["1.mkv"]))
	require.Equal(t, want, rendered(t, []int{3, 1, 2, 0}, 2))
	require.Equal(t, want["2.mkv"], rendered(t, []int{2}, 2)["2.mkv"])

	one := api.WithThreadBudget(api.NewThreadBudget(1))
	want = rendered(t, []int{0, 1, 2, 3}, 1, one)
	for workers := 2; workers <= 4; workers++ {
		require.Equal(t, want, rendered(t, []int{0, 1, 2, 3}, workers, one), "%d workers", workers)
	}
}
