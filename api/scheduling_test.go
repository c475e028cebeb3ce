package api_test

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// realTime counts the threads of this process that have a real-time policy.
func realTime(t *testing.T) int {
	t.Helper()
	threads, err := os.ReadDir("/proc/self/task")
	require.NoError(t, err)
	n := 0
	for _, thread := range threads {
		id, err := strconv.Atoi(filepath.Base(thread.Name()))
		require.NoError(t, err)
		attributes, err := unix.SchedGetAttr(id, 0)
		if err == nil &&
			(attributes.Policy == unix.SCHED_FIFO || attributes.Policy == unix.SCHED_RR) { // a thread may have ended
			n++
		}
	}
	return n
}

// TestNoRealTime checks that an encoder does not take the machine over, as SVT-AV1 does where it is
// run by root.
func TestNoRealTime(t *testing.T) {
	mediatest.NoLeaks(t)
	require.Zero(t, realTime(t))
	enc := api.NewEncoder()
	cfg := numberedVideo()
	cfg.Codec, cfg.Preset = "libsvtav1", "12"
	v := addVideo(t, enc, cfg)
	require.NoError(t, enc.OpenWriter(context.Background(), new(api.MemoryFile), "mkv"))
	require.Zero(t, realTime(t), "when it is open")
	addNumbered(t, v, 0, 3)
	require.Zero(t, realTime(t), "when it works")
	require.NoError(t, enc.Close())
}
