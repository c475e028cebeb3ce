package api_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// TestRenderAllStopsAtAnyMoment stops by the context, at moments that chance chooses: whatever has
// its final name is whole, and nothing else is there.
func TestRenderAllStopsAtAnyMoment(t *testing.T) {
	mediatest.NoLeaks(t)
	giveUp := errors.New("give up")
	for seed := range uint64(8) {
		dir := t.TempDir()
		ctx, cancel := context.WithCancelCause(context.Background())
		random := rand.New(rand.NewPCG(seed, 0))
		var fed atomic.Int64
		moment := random.Int64N(60)
		jobs := jobsIn(dir, 6)
		for k := range jobs {
			jobs[k].Run = func(ctx context.Context, enc *api.Encoder, path string) error {
				v, err := enc.AddVideo(numberedVideo())
				if err != nil {
					return err
				}
				opened := ctx
				if k%2 == 1 {
					opened = context.Background() // it is stopped all the same
				}
				if err := enc.OpenFile(opened, path); err != nil {
					return err
				}
				for i := range 10 {
					if fed.Add(1) > moment {
						cancel(giveUp)
					}
					if err := v.AddFrames(opened, api.Frames{Data: numbered(i, 1), Layout: api.NHWC}); err != nil {
						return err
					}
				}
				return nil
			}
		}
		report, err := api.RenderAll(ctx, slices.Values(jobs), api.RenderConfig{Workers: 3})
		cancel(nil)
		require.ErrorIs(t, err, giveUp)
		whole := []string{}
		for _, r := range report.Results {
			if r.Err == nil {
				whole = append(whole, filepath.Base(r.Path))
				require.Equal(t, counting(10), numbersOf(mediatest.Pictures(t, r.Path, 0, "gray")))
			} else {
				require.ErrorIs(t, r.Err, giveUp)
			}
		}
		slices.Sort(whole)
		require.Equal(t, whole, filesIn(t, dir), "seed %d", seed)
	}
}

// TestRenderAllReturnsTheCause checks the errors where the context ends it all.
func TestRenderAllReturnsTheCause(t *testing.T) {
	mediatest.NoLeaks(t)
	giveUp, boom := errors.New("give up"), errors.New("boom")
	t.Run("before it began", func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(context.Background())
		cancel(giveUp)
		asked := false
		report, err := api.RenderAll(ctx, func(func(api.Job) bool) { asked = true }, api.RenderConfig{})
		require.Equal(t, giveUp, err)
		require.Empty(t, report.Results)
		require.False(t, asked, "the iterator is not asked for a job that would not run")
	})
	t.Run("run returns the context's own error", func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(context.Background())
		jobs := jobsIn(t.TempDir(), 1)
		jobs[0].Run = func(ctx context.Context, _ *api.Encoder, _ string) error {
			cancel(giveUp)
			<-ctx.Done()
			return fmt.Errorf("stopped: %w", ctx.Err())
		}
		report, err := api.RenderAll(ctx, slices.Values(jobs), api.RenderConfig{})
		require.Equal(t, giveUp, err)
		require.Equal(t, giveUp, report.Results[0].Err)
	})
	t.Run("one had failed", func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(context.Background())
		jobs := jobsIn(t.TempDir(), 2)
		jobs[0].Run = func(context.Context, *api.Encoder, string) error { return boom }
		jobs[1].Run = func(ctx context.Context, enc *api.Encoder, path string) error {
			cancel(giveUp)
			return runOf(0, 1)(ctx, enc, path)
		}
		_, err := api.RenderAll(ctx, slices.Values(jobs), api.RenderConfig{Workers: 1})
		require.ErrorIs(t, err, giveUp)
		require.ErrorIs(t, err, boom)
		require.ErrorContains(t, err, "1 job failed: clip 0: boom; then all were stopped: give up")
	})
	t.Run("after all was done", func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(context.Background())
		_, err := api.RenderAll(ctx, slices.Values(jobsIn(t.TempDir(), 1)), api.RenderConfig{
			Progress: func(api.Progress) { cancel(giveUp) },
		})
		if err != nil { // whether the iterator had been asked for another job is a matter of time
			require.Equal(t, giveUp, err)
		}
	})
}

func TestFailFast(t *testing.T) {
	mediatest.NoLeaks(t)
	boom := errors.New("boom")
	dir := t.TempDir()
	jobs := jobsIn(dir, 20)
	started := make(chan struct{})
	jobs[0].Run = func(ctx context.Context, enc *api.Encoder, path string) error {
		err := runOf(0, 2)(ctx, enc, path)
		close(started)
		<-ctx.Done()
		return errors.Join(err, context.Cause(ctx))
	}
	jobs[1].Run = func(context.Context, *api.Encoder, string) error {
		<-started
		return boom
	}
	report, err := api.RenderAll(context.Background(), slices.Values(jobs), api.RenderConfig{Workers: 2, FailFast: true})
	var failed *api.RenderError
	require.ErrorAs(t, err, &failed)
	require.Len(t, failed.Failed, 1)
	require.Equal(t, "clip 1", failed.Failed[0].ID)
	require.NoError(t, failed.Err)
	require.Len(t, report.Results, 2, "no job was begun after that")
	require.ErrorContains(t, report.Results[1].Err, "stopped, because clip 1 failed: boom")
	require.ErrorIs(t, report.Results[1].Err, boom)
	require.Empty(t, filesIn(t, dir))
}

// TestNoJobBeginsAfterAFailure lets the iterator take until a job has failed. It may be asked for
// one more job then, which does not begin, whichever shard it belongs to.
func TestNoJobBeginsAfterAFailure(t *testing.T) {
	mediatest.NoLeaks(t)
	boom := errors.New("boom")
	shard := api.Shard{Index: 1, Count: 2}
	var mine, others []api.Job
	for _, job := range jobsIn(t.TempDir(), 20) {
		if shard.Has(job.ID) {
			mine = append(mine, job)
		} else {
			others = append(others, job)
		}
	}
	mine[0].Run = func(context.Context, *api.Encoder, string) error { return boom }
	for name, next := range map[string]api.Job{"of the shard": mine[1], "of another": others[0]} {
		t.Run(name, func(t *testing.T) {
			ended, more := make(chan struct{}, 2), true
			report, err := api.RenderAll(context.Background(), func(yield func(api.Job) bool) {
				if yield(mine[0]) {
					<-ended
					more = yield(next)
				}
			}, api.RenderConfig{
				Workers: 2, FailFast: true, Shard: shard, Progress: func(api.Progress) { ended <- struct{}{} },
			})
			require.ErrorIs(t, err, boom)
			require.Len(t, report.Results, 1)
			require.False(t, more, "further jobs are asked for")
		})
	}
}

// TestIteratorIsNotReadAhead counts the jobs that were given out and have not ended.
func TestIteratorIsNotReadAhead(t *testing.T) {
	mediatest.NoLeaks(t)
	const workers = 3
	jobs := jobsIn(t.TempDir(), 10)
	var ended atomic.Int64
	var most int64
	report, err := api.RenderAll(context.Background(), func(yield func(api.Job) bool) {
		for k, job := range jobs {
			most = max(most, int64(k+1)-ended.Load())
			if !yield(job) {
				return
			}
		}
	}, api.RenderConfig{Workers: workers, Progress: func(api.Progress) { ended.Add(1) }})
	require.NoError(t, err)
	require.Len(t, report.Results, 10)
	require.LessOrEqual(t, most, int64(workers))
}

func TestPanicsOfTheCallerArePassedOn(t *testing.T) {
	mediatest.NoLeaks(t)
	t.Run("iterator", func(t *testing.T) {
		dir := t.TempDir()
		var stopped error
		require.PanicsWithValue(t, "iterator", func() {
			_, _ = api.RenderAll(context.Background(), func(yield func(api.Job) bool) {
				running := make(chan struct{})
				yield(
					api.Job{Path: filepath.Join(dir, "a.mp4"), Run: func(ctx context.Context, enc *api.Encoder, path string) error {
						err := runOf(0, 1)(ctx, enc, path)
						close(running)
						<-ctx.Done()
						stopped = context.Cause(ctx)
						return errors.Join(err, stopped)
					}},
				)
				<-running
				panic("iterator")
			}, api.RenderConfig{Workers: 2})
		})
		require.ErrorContains(t, stopped, "the iterator of the jobs has panicked")
		require.Empty(t, filesIn(t, dir))
	})
	t.Run("progress", func(t *testing.T) {
		dir := t.TempDir()
		require.PanicsWithValue(t, "progress", func() {
			_, _ = api.RenderAll(context.Background(), slices.Values(jobsIn(dir, 9)), api.RenderConfig{
				Workers: 2, Progress: func(api.Progress) { panic("progress") },
			})
		})
		for _, name := range filesIn(t, dir) {
			require.False(t, strings.HasPrefix(name, "."), name)
		}
	})
}

// TestGoexitOfTheCaller ends the goroutines on which RenderAll calls its caller: its own, and those
// of workers. All jobs are stopped, and nothing is left.
func TestGoexitOfTheCaller(t *testing.T) {
	mediatest.NoLeaks(t)
	dir := t.TempDir()
	report, err := api.RenderAll(context.Background(), slices.Values(jobsIn(dir, 9)), api.RenderConfig{
		Workers: 2, Progress: func(api.Progress) { runtime.Goexit() },
	})
	require.ErrorContains(t, err, "Progress called runtime.Goexit")
	require.NotEmpty(t, report.Results)
	require.Less(t, len(report.Results), 9)

	var stopped error
	running := make(chan struct{})
	returned := false
	var calling sync.WaitGroup
	calling.Go(func() {
		_, _ = api.RenderAll(context.Background(), func(yield func(api.Job) bool) {
			yield(api.Job{Path: filepath.Join(dir, "last.mp4"), Run: func(ctx context.Context, _ *api.Encoder, _ string) error {
				close(running)
				<-ctx.Done()
				stopped = context.Cause(ctx)
				return stopped
			}})
			<-running
			runtime.Goexit()
		}, api.RenderConfig{Workers: 2})
		returned = true
	})
	calling.Wait()
	require.False(t, returned, "it is passed on")
	require.ErrorContains(t, stopped, "the iterator of the jobs has")
	for _, name := range filesIn(t, dir) {
		require.False(t, strings.HasPrefix(name, "."), name)
	}
}

// TestDuplicatePath gives two jobs that run at the same time one file, by two names.
func TestDuplicatePath(t *testing.T) {
	mediatest.NoLeaks(t)
	dir := t.TempDir()
	running, second := make(chan struct{}), make(chan struct{})
	first := api.Job{
		ID:   "first",
		Path: filepath.Join(dir, "a.mp4"),
		Run: func(ctx context.Context, enc *api.Encoder, path string) error {
			close(running)
			<-second
			return runOf(0, 3)(ctx, enc, path)
		},
	}
	again := api.Job{ID: "second", Path: dir + "/../" + filepath.Base(dir) + "/a.mp4", Run: runOf(7, 1)}
	report, err := api.RenderAll(context.Background(), func(yield func(api.Job) bool) {
		_ = yield(first)
		<-running
		yield(again)
	}, api.RenderConfig{
		Workers: 2, Progress: func(p api.Progress) {
			if p.Last.ID == "second" {
				close(second)
			}
		},
	})
	require.ErrorContains(t, err, `job "first" is making this file`)
	require.Len(t, report.Results, 2)
	require.NoError(t, report.Results[1].Err)
	require.Len(t, mediatest.Pictures(t, first.Path, 0, "gray"), 3)

	again.Path = first.Path // one after the other is no conflict
	_, err = api.RenderAll(context.Background(), slices.Values([]api.Job{again, again}), api.RenderConfig{Workers: 1})
	require.NoError(t, err)
	require.Equal(t, []int{7}, numbersOf(mediatest.Pictures(t, first.Path, 0, "gray")))
}
