package api_test

import (
	"bytes"
	"context"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// residentBytes returns how much memory of this process is resident, without what the garbage collector could free.
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

func TestMemoryStaysFlat(t *testing.T) {
	mediatest.NoLeaks(t)
	ctx := context.Background()
	enc := api.NewEncoder()
	const width, height, minute = 320, 240, 60 * 30
	v := addVideo(t, enc, api.VideoConfig{Width: width, Height: height, FrameRate: 30, Codec: "libx264", Preset: "ultrafast"})
	a := addAudio(t, enc, stereo())
	require.NoError(t, enc.OpenWriter(ctx, io.Discard, "mpegts"))
	frame, sound := make([]byte, width*height*3), tone(2, 0, 1600)
	var after int
	for i := range 10 * minute {
		for k := i % 97; k < len(frame); k += 97 {
			frame[k] += byte(i)
		}
		require.NoError(t, v.AddFrames(ctx, api.Frames{Data: frame}))
		require.NoError(t, a.AddSamples(ctx, sound))
		if i == minute {
			after = residentBytes(t)
		}
	}
	require.InDelta(t, after, residentBytes(t), 8<<20, "ten minutes take no more than the first did")
	require.NoError(t, enc.Close())
}
