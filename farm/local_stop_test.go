package farm_test

import (
	"context"
	"encoding/json"
	"errors"
	"iter"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"gocloud.dev/blob/memblob"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/farm"
)

// waiting is a renderer that draws a frame and waits for its context.
func waiting(began *sync.WaitGroup) farm.Renderer {
	return farm.Renderer{Clip: func(ctx context.Context, enc *api.Encoder, path string, p json.RawMessage) error {
		if err := drawClip(ctx, enc, path, p); err != nil {
			return err
		}
		began.Done()
		<-ctx.Done()
		return ctx.Err()
	}}
}

// TestLocalIsCancelled: running jobs are stopped, no others begin, and nothing is in the store.
func TestLocalIsCancelled(t *testing.T) {
	t.Parallel()
	store := memblob.OpenBucket(nil)
	enough := errors.New("enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	var began sync.WaitGroup
	began.Add(2)
	go func() {
		began.Wait()
		cancel(enough)
	}()
	all := map[string]farm.Renderer{"clip": waiting(&began)}
	report, err := farm.Local(ctx, store, all, slices.Values(clips(9)), api.RenderConfig{Workers: 2})
	require.Equal(t, enough, err)
	require.Len(t, report.Results, 2)
	for _, result := range report.Results {
		require.Equal(t, enough, result.Err)
	}
	require.Empty(t, keys(t, store))
}

func TestLocalFailsFast(t *testing.T) {
	t.Parallel()
	poison := errors.New("poison")
	var began sync.WaitGroup
	began.Add(1)
	all := map[string]farm.Renderer{"clip": waiting(&began), "fails": {
		Clip: func(context.Context, *api.Encoder, string, json.RawMessage) error {
			began.Wait()
			return poison
		},
	}}
	jobs := append(clips(1), jobOf("fails", "x.mp4", shade{}))
	report, err := farm.Local(t.Context(), memblob.OpenBucket(nil), all, slices.Values(append(jobs, jobOf("fails", "y.mp4", shade{}))),
		api.RenderConfig{Workers: 2, FailFast: true})
	var render *api.RenderError
	require.ErrorAs(t, err, &render)
	require.Len(t, render.Failed, 1)
	require.NoError(t, render.Err, "as from RenderAll")
	require.LessOrEqual(t, len(report.Results), 3)
	require.ErrorContains(t, report.Results[1].Err, "stopped, because x.mp4 failed: poison")
}

// TestLocalPanics: what panics outside of a job stops all jobs and is passed on.
func TestLocalPanics(t *testing.T) {
	t.Parallel()
	store := memblob.OpenBucket(nil)
	call := func(jobs iter.Seq[farm.Job], progress func(api.Progress)) {
		_, _ = farm.Local(t.Context(), store, renderers(), jobs, api.RenderConfig{Workers: 1, Progress: progress})
	}
	require.PanicsWithValue(t, "iterator", func() {
		call(func(yield func(farm.Job) bool) {
			yield(clips(1)[0])
			panic("iterator")
		}, nil)
	})
	require.PanicsWithValue(t, "progress", func() {
		call(slices.Values(clips(3)), func(api.Progress) { panic("progress") })
	})
	_, err := farm.Local(t.Context(), store, renderers(), slices.Values(clips(3)), api.RenderConfig{
		Workers: 1, Progress: func(api.Progress) { runtime.Goexit() },
	})
	require.ErrorContains(t, err, "Goexit")
}

// TestLocalLeavesNoScratch: neither files nor goroutines stay.
func TestLocalLeavesNoScratch(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	ignore := goleak.IgnoreCurrent()
	dead := filepath.Join(os.TempDir(), "avloom-worker-0123456789abcdef")
	require.NoError(t, os.MkdirAll(filepath.Join(dead, "job-1"), 0o777))
	require.NoError(t, os.WriteFile(dead+".lock", nil, 0o666))
	jobs := append(clips(3), jobOf("film", "film.mp4", shade{Frames: 8}), jobOf("nobody", "x.mp4", shade{}))
	_, err := farm.Local(t.Context(), memblob.OpenBucket(nil), renderers(), slices.Values(jobs), api.RenderConfig{})
	require.Error(t, err)
	left, err := filepath.Glob(filepath.Join(os.TempDir(), "*"))
	require.NoError(t, err)
	require.Empty(t, left)
	goleak.VerifyNone(t, ignore)
}
