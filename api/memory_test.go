package api_test

import (
	"bytes"
	"context"
	"io"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// residentBytes returns how much memory of this process is resident, without what the garbage
// collector could free.
func residentBytes(t *testing.T) int {
	t.Helper()
	runtime.GC()
	debug.FreeOSMemory()
	status, err := os.ReadFile("/proc/self/status")
	require.NoError(t, err)
	for line := range bytes.Lines(status) {
		if rest, ok := bytes.CutPrefix(line, []byte("VmRSS:")); ok {
			kib, err := strconv.Atoi(string(bytes.Fields(rest)[0]))
			require.NoError(t, err)
			return kib << 10
		}
	}
	require.Fail(t, "no VmRSS in /proc/self/status")
	return 0
}

// TestMemoryStaysFlat measures a process of its own: what earlier tests left behind, such as the
// shadow memory of the race detector, which grows with every address that the collector moves on
// to, would drown what is measured.
func TestMemoryStaysFlat(t *testing.T) {
	mediatest.NoLeaks(t)
	const alone = "AVLOOM_TEST_MEMORY"
	if os.Getenv(alone) == "" {
		cmd := exec.Command(os.Args[0], "-test.run", "^TestMemoryStaysFlat$")
		cmd.Env = append(os.Environ(), alone+"=1")
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, string(out))
		return
	}
	ctx, minutes := context.Background(), 3
	if mediatest.Long(t) {
		minutes = 10
	}
	enc := api.NewEncoder()
	const width, height, minute = 320, 240, 60 * 30
	v := addVideo(
		t,
		enc,
		api.VideoConfig{Width: width, Height: height, FrameRate: 30, Codec: "libx264", Preset: "ultrafast"},
	)
	a := addAudio(t, enc, stereo())
	require.NoError(t, enc.OpenWriter(ctx, io.Discard, "mpegts"))
	frame, sound := make([]byte, width*height*3), tone(2, 0, 1600)
	var after int
	for i := range minutes * minute {
		for k := i % 97; k < len(frame); k += 97 {
			frame[k] += byte(i)
		}
		require.NoError(t, v.AddFrames(ctx, api.Frames{Data: frame}))
		require.NoError(t, a.AddSamples(ctx, sound))
		if i == minute {
			after = residentBytes(t)
		}
	}
	require.LessOrEqual(t, residentBytes(t), after+8<<20, "%d minutes take no more than the first did", minutes)
	require.NoError(t, enc.Close())
}
