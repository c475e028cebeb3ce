package api_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
)

// threadsOfProcess is how many threads this process has.
func threadsOfProcess(t *testing.T) int {
	t.Helper()
	tasks, err := os.ReadDir("/proc/self/task")
	if err != nil {
		t.Skip("threads are counted in /proc:", err)
	}
	return len(tasks)
}

// threadCase names the variable that makes TestThreadsChild encode: the cores to stand in for, the
// budget, how many encoders, and their codec.
const threadCase = "AVLOOM_TEST_THREADS"

// TestThreadsChild is the child of the tests below. It says how many threads encoders have when all
// are open and at work.
func TestThreadsChild(t *testing.T) {
	var cores, encoders, budget int
	var codec string
	if text := os.Getenv(threadCase); text == "" {
		t.Skip("runs as a child of other tests")
	} else {
		_, err := fmt.Sscan(text, &cores, &budget, &encoders, &codec)
		require.NoError(t, err)
	}
	runtime.GOMAXPROCS(cores)
	width, height := 1920, 1080
	if encoders > 1 {
		width, height = 320, 180
	}
	frames, ctx := make([]byte, 2*3*width*height), context.Background()
	var all []*api.Encoder
	var shared *api.ThreadBudget
	if budget > 0 {
		shared = api.NewThreadBudget(budget)
	}
	for range encoders {
		enc := api.NewEncoder(api.WithThreadBudget(shared))
		cfg := api.VideoConfig{Width: width, Height: height, FrameRate: 30, Codec: codec}
		if strings.HasPrefix(codec, "libvpx") || codec == "libaom-av1" {
			cfg.ExtraOptions = map[string]any{"cpu-used": 8}
		}
		v := addVideo(t, enc, cfg)
		container := "mkv"
		if codec == "libaom-av1" {
			container = "ivf"
		}
		require.NoError(t, enc.OpenWriter(ctx, discard{}, container))
		require.NoError(t, v.AddFrames(ctx, api.Frames{Data: frames}))
		all = append(all, enc)
	}
	fmt.Printf("threads=%d\n", threadsOfProcess(t))
	for _, enc := range all {
		require.NoError(t, enc.Close())
	}
}

// childThreads are those of a process that stands in for one on so many cores, or whose encoders
// share a budget. 0: they share none.
func childThreads(t *testing.T, cores, budget, encoders int, codec string) int {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run", "^TestThreadsChild$")
	cmd.Env = append(os.Environ(), "GOGC=off", // which starts a thread for every fourth core
		fmt.Sprintf("%s=%d %d %d %s", threadCase, cores, budget, encoders, codec))
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))
	_, text, ok := bytes.Cut(out, []byte("threads="))
	require.True(t, ok, string(out))
	n, err := strconv.Atoi(strings.Fields(string(text))[0])
	require.NoError(t, err)
	return n
}

// TestThreadsHaveABound opens the encoders of one stream of 1080p on 128 cores, and with a budget
// of as many threads.
func TestThreadsHaveABound(t *testing.T) {
	threadsOfProcess(t)
	for codec, most := range map[string]int{ // those of the encoder; Go has ten or so of its own
		"libx264": 24 + 8, "libx265": 25 + 16, "libvpx-vp9": 19, "libvpx": 8, "libaom-av1": 10,
		"mpeg4": 12, "mpeg2video": 12, "ffv1": 12, "mjpeg": 12, "ffvhuff": 8, "prores_ks": 64, "rawvideo": 2,
	} {
		t.Run(codec, func(t *testing.T) {
			few, many := childThreads(t, 2, 0, 1, codec), childThreads(t, 128, 0, 1, codec)
			budget := childThreads(t, 2, 128, 1, codec)
			t.Logf("%d threads on 2 cores, %d on 128, %d with a budget of 128", few, many, budget)
			require.LessOrEqual(t, max(many, budget), most+15)
		})
	}
}

// TestManyEncodersShareTheCores opens 200 encoders on 2 cores, with default settings.
func TestManyEncodersShareTheCores(t *testing.T) {
	threadsOfProcess(t)
	n := childThreads(t, 2, 0, 200, "libx264")
	t.Logf("%d threads", n)
	require.Less(t, n, 50)
}
