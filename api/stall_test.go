package api_test

import (
	"context"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
	"github.com/avloom/avloom/pipeline"
)

// TestStallTimeout lets a destination block, once woken by its deadline, and once not to be woken.
func TestStallTimeout(t *testing.T) {
	mediatest.NoLeaks(t)
	for name, c := range map[string]struct {
		wrap      func(*stuckWriter) io.Writer
		abandoned int
	}{
		"woken":       {func(w *stuckWriter) io.Writer { return withDeadline{w} }, 0},
		"left behind": {func(w *stuckWriter) io.Writer { return w }, 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { testStall(t, c.wrap, c.abandoned) })
		})
	}
}

// testStall runs in a bubble, whose clock stands still while anything works.
func testStall(t *testing.T, wrap func(*stuckWriter) io.Writer, abandoned int) {
	t.Helper()
	const patience = 300 * time.Millisecond
	stuck := newStuckWriter()
	enc := api.NewEncoder(api.WithStallTimeout(patience), api.WithQueueDepth(2))
	v, a := addVideo(t, enc, numberedVideo()), addAudio(t, enc, stereo())
	require.NoError(t, enc.OpenWriter(t.Context(), wrap(stuck), "mpegts"))
	fed := feedBoth(v, a, 10_000)
	closed := enc.Close()
	require.Equal(t, closed, fed, "every call sees the same error")
	var node *pipeline.NodeError
	require.ErrorAs(t, closed, &node)
	require.Equal(t, "mux", node.Node)
	var stall *pipeline.StallError
	require.ErrorAs(t, closed, &stall)
	require.Equal(t, "writing to the destination", stall.Doing)
	require.Equal(t, patience, stall.For)
	require.Positive(t, stall.Waiting)
	require.Equal(t, abandoned, enc.Stats().Abandoned)
	if abandoned > 0 {
		close(stuck.woken)
	}
}

// TestStallTimeoutOfOneThatIsWell has a caller that pauses for longer than the timeout, an encoder
// that looks ahead, and a stream that is never fed: none of them is a stall. The clock is a fake
// one.
func TestStallTimeoutOfOneThatIsWell(t *testing.T) {
	mediatest.NoLeaks(t)
	synctest.Test(t, func(t *testing.T) {
		const patience = time.Second
		enc := api.NewEncoder(api.WithStallTimeout(patience))
		cfg := numberedVideo()
		cfg.Preset = "medium"
		v, _ := addVideo(t, enc, cfg), addAudio(t, enc, stereo())
		require.NoError(t, enc.OpenWriter(t.Context(), io.Discard, "mkv"))
		addNumbered(t, v, 0, 100)
		time.Sleep(2 * patience)
		addNumbered(t, v, 100, 100)
		require.NoError(t, enc.Close())
	})
}

func TestStallTimeoutNegative(t *testing.T) {
	enc := api.NewEncoder(api.WithStallTimeout(-1))
	addAudio(t, enc, stereo())
	var config *api.ConfigError
	require.ErrorAs(t, enc.OpenWriter(context.Background(), io.Discard, "mkv"), &config)
	require.Equal(t, "StallTimeout", config.Field)
}

// TestNamedPipeThatNobodyReads blocks in a write of the system's, which a deadline wakes.
func TestNamedPipeThatNobodyReads(t *testing.T) {
	mediatest.NoLeaks(t)
	path := temporary(t, "pipe")
	require.NoError(t, unix.Mkfifo(path, 0o600))
	enc := api.NewEncoder(api.WithStallTimeout(300 * time.Millisecond))
	v, a := addVideo(t, enc, numberedVideo()), addAudio(t, enc, stereo())
	require.NoError(t, enc.OpenFile(context.Background(), path, api.Format("mpegts")))
	var stall *pipeline.StallError
	require.ErrorAs(t, feedBoth(v, a, 100_000), &stall)
	require.ErrorAs(t, enc.Close(), &stall)
	require.Zero(t, enc.Stats().Abandoned)
}
