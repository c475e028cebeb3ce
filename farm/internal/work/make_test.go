package work

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gocloud.dev/blob"
	"golang.org/x/sys/unix"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/farm/internal/depot"
	"github.com/avloom/avloom/farm/internal/flow"
)

func clipOf(
	draw func(context.Context, *api.Encoder, string) error,
) func(context.Context, *api.Encoder, string, json.RawMessage) error {
	return func(ctx context.Context, enc *api.Encoder, path string, _ json.RawMessage) error {
		return draw(ctx, enc, path)
	}
}

// TestClip: a worker makes the bytes that RenderAll makes, once in a run.
func TestClip(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "1.mp4")
	one := api.Job{Path: path, Options: []api.Option{api.WithThreadBudget(api.NewThreadBudget(1))}, Run: drawFrames(4)}
	_, err := api.RenderAll(t.Context(), slices.Values([]api.Job{one}), api.RenderConfig{})
	require.NoError(t, err)
	want, err := os.ReadFile(path)
	require.NoError(t, err)

	calls := 0
	b := newBench(t, memoryStore(t), func(ctx context.Context, enc *api.Encoder, path string) error {
		calls++
		return drawFrames(4)(ctx, enc, path)
	})
	first := flow.Result{ID: "job", Path: "clips/1.mp4", Frames: 4, Bytes: int64(len(want)), Attempts: 1, Worker: "worker"}
	check := func(attempt int, skipped bool, wantCalls int) {
		t.Helper()
		made, err := b.make(t, attemptOf{number: attempt})
		require.NoError(t, err)
		made.Result.Elapsed = 0
		result := first
		result.Attempts, result.Skipped = attempt, skipped
		require.Equal(t, result, *made.Result)
		require.Equal(t, wantCalls, calls)
		got, err := b.Bucket.ReadAll(t.Context(), "clips/1.mp4")
		require.NoError(t, err)
		require.Equal(t, want, got)
		require.Len(t, keysIn(t, b.Bucket), 1)
	}
	check(1, false, 1)
	check(2, false, 1) // the worker has died before it told that the file is there
	b.task.Settings.Run = "another run"
	check(1, false, 2) // the same bytes
	b.task.Settings.Resume = true
	check(1, true, 2)
	require.Equal(t, 4, b.node.succeeded)
	last := b.server.last()
	require.Zero(t, last.Failures+last.Returned)
}

// TestPathIsTaken: the file of another stays, and the job has failed for good.
func TestPathIsTaken(t *testing.T) {
	t.Parallel()
	b := newBench(t, memoryStore(t), drawFrames(1))
	require.NoError(t, b.Bucket.WriteAll(t.Context(), "clips/1.mp4", []byte("theirs"), nil))
	app, _ := b.fails(t, attemptOf{})
	require.Equal(t, flow.ErrPermanent, app.Type())
	require.True(t, app.NonRetryable())
	require.ErrorContains(t, app, "clips/1.mp4 is in the store with other content (6 bytes; this file has ")
	text, err := b.Bucket.ReadAll(t.Context(), "clips/1.mp4")
	require.NoError(t, err)
	require.Equal(t, "theirs", string(text))
}

// TestPathThatTheStoreRefuses: the job has failed for good, and nothing was rendered for it.
func TestPathThatTheStoreRefuses(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"clips/1.mp4.attrs", strings.Repeat("c", 300) + "/1.mp4", strings.Repeat("c", 240) + ".mp4"} {
		folder, _ := folderStore(t)
		b := newBench(t, folder, func(context.Context, *api.Encoder, string) error { panic("rendered") })
		b.task.Job.Path = path
		app, _ := b.fails(t, attemptOf{})
		require.Equal(t, flow.ErrPermanent, app.Type())
		require.True(t, app.NonRetryable())
		require.ErrorContains(t, app, "the store cannot have a file "+path[:9])
	}
}

// TestTwoWorkersOfOneJob: both render it, since one was taken for dead. One file results, and both
// succeed.
func TestTwoWorkersOfOneJob(t *testing.T) {
	t.Parallel()
	folder, _ := folderStore(t)
	for name, store := range map[string]*blob.Bucket{"memory": memoryStore(t), "folder": folder} {
		var both, workers sync.WaitGroup
		both.Add(2)
		draw := func(ctx context.Context, enc *api.Encoder, path string) error {
			both.Done()
			both.Wait()
			return drawFrames(3)(ctx, enc, path)
		}
		for range 2 {
			b := newBench(t, store, draw)
			workers.Go(func() {
				made, err := b.make(t, attemptOf{})
				if err != nil || made.Result.Frames != 3 {
					t.Errorf("%s: %v, error %v", name, made, err)
				}
			})
		}
		workers.Wait()
		require.Equal(t, []string{"clips/1.mp4"}, keysIn(t, store))
	}
}

// TestTornFilesAreRemoved: those of an earlier attempt, by a later one.
func TestTornFilesAreRemoved(t *testing.T) {
	t.Parallel()
	store, dir := folderStore(t)
	require.NoError(t, os.Mkdir(filepath.Join(dir, "clips"), 0o777))
	torn := filepath.Join(dir, "clips/1.mp4.187b0c0de0000000.tmp")
	require.NoError(t, os.WriteFile(torn, []byte("half"), 0o666))
	b := newBench(t, store, drawFrames(1))
	_, err := b.make(t, attemptOf{number: 2})
	require.NoError(t, err)
	require.NoFileExists(t, torn)
	require.Equal(t, []string{"clips/1.mp4"}, keysIn(t, store))
	there, err := depot.Look(t.Context(), store, "clips/1.mp4")
	require.NoError(t, err)
	require.True(t, there.MadeFor(depot.Owner{Run: "run", Job: "job"}))
}

// TestStoreThatFails: the attempt has failed, and nothing is under the key.
func TestStoreThatFails(t *testing.T) {
	t.Parallel()
	store, dir := folderStore(t)
	b := newBench(t, store, drawFrames(1))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "clips"), nil, 0o666)) // a file is no folder
	app, _ := b.fails(t, attemptOf{})
	require.Equal(t, flow.ErrFailed, app.Type())
	require.False(t, app.NonRetryable())
	require.Equal(t, []string{"job"}, b.node.failed)
	require.Zero(t, app.NextRetryDelay(), "a file does not become a folder with time")
}

// TestStoreGetsTime: more of it with each failure, unless its disk is full.
func TestStoreGetsTime(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		err      error
		failures int
		want     time.Duration
	}{
		{errPoison, 1, 0},
		{&depot.StoreError{Err: errPoison}, 1, 3 * time.Second},
		{fmt.Errorf("x: %w", &depot.StoreError{Err: errPoison}), 2, 30 * time.Second},
		{&depot.StoreError{Err: errPoison}, 3, time.Minute},
		{&depot.StoreError{Err: errPoison}, 1 << 20, time.Minute},
		{&depot.StoreError{Err: &os.PathError{Err: unix.ENOSPC}}, 1, 0},
	} {
		require.Equal(t, c.want, delayAfter(c.err, c.failures))
	}
}

// TestNoScratch: a worker whose disk is gone fails, and says so.
func TestNoScratch(t *testing.T) {
	t.Parallel()
	b := newBench(t, memoryStore(t), drawFrames(1))
	b.Scratch = filepath.Join(b.Scratch, "gone")
	app, _ := b.fails(t, attemptOf{})
	require.Equal(t, flow.ErrFailed, app.Type())
	require.ErrorContains(t, app, "gone")
	require.Equal(t, []string{"job"}, b.node.failed)
}
