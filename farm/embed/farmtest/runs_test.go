package farmtest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/farm"
	"github.com/avloom/avloom/farm/internal/flow"
	"github.com/avloom/avloom/farm/internal/testjobs"
	"github.com/avloom/avloom/internal/mediatest"
)

// acted returns n jobs for an actor.
func acted(n int, renderer string) []farm.Job {
	jobs := make([]farm.Job, n)
	for i := range jobs {
		jobs[i] = farm.Job{Renderer: renderer, Path: fmt.Sprintf("%s/%d.mp4", renderer, i), Params: json.RawMessage(`{}`)}
	}
	return jobs
}

// TestEmptyRun starts a run without jobs. It ends, and is not taken up with jobs.
func TestEmptyRun(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	act(t, s)
	cfg := s.config("empty")
	report, err := s.wait(s.start(nil, cfg))
	require.NoError(t, err)
	require.Empty(t, report.Results)
	s.start(nil, cfg)
	_, err = farm.Start(t.Context(), s.client, slices.Values(acted(1, "clip")), cfg)
	require.ErrorContains(t, err, "has other jobs")
}

// TestSameRunTwice lets two programs start the same run at the same time: each job is made once.
func TestSameRunTwice(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	a := act(t, s)
	jobs, cfg := acted(600, "clip"), s.config("twice")
	var both sync.WaitGroup
	errs := make([]error, 2)
	for i := range errs {
		both.Go(func() {
			var run *farm.Run
			if run, errs[i] = farm.Start(t.Context(), s.client, slices.Values(jobs), cfg); errs[i] == nil {
				_, errs[i] = run.Wait(t.Context())
			}
		})
	}
	both.Wait()
	require.NoError(t, errors.Join(errs...))
	require.EqualValues(t, len(jobs), a.made.Load())
	for _, other := range [][]farm.Job{nil, acted(599, "clip"), acted(601, "clip"), acted(600, "hold")} {
		_, err := farm.Start(t.Context(), s.client, slices.Values(other), cfg)
		require.ErrorContains(t, err, "has other jobs", "%d jobs", len(other))
	}
	cfg.Threads = 2
	_, err := farm.Start(t.Context(), s.client, slices.Values(jobs), cfg)
	require.ErrorContains(t, err, "another RunConfig")
	run, err := farm.Find(t.Context(), s.client, cfg.ID)
	require.NoError(t, err)
	progress, err := run.Progress(t.Context())
	require.NoError(t, err)
	require.Equal(t, 600, progress.Done)
	require.Zero(t, progress.Stopped, "what a refused Start had begun is no part of the run")
}

// TestWrongJobInTheMiddle has a job that is wrong behind others that have begun: they are stopped.
func TestWrongJobInTheMiddle(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	a := act(t, s)
	cfg := s.config("wrong")
	_, err := farm.Start(t.Context(), s.client, func(yield func(farm.Job) bool) {
		for _, job := range acted(300, "hold") {
			if !yield(job) {
				return
			}
		}
		await(t, "some jobs have begun", func() bool { return a.held.Load() > 0 })
		yield(farm.Job{Renderer: "hold", Path: "../x.mp4"})
	}, cfg)
	var config *api.ConfigError
	require.ErrorAs(t, err, &config)
	require.Equal(t, "jobs[300].Path", config.Field)
	run, err := farm.Find(t.Context(), s.client, cfg.ID)
	require.NoError(t, err)
	_, err = s.wait(run)
	require.ErrorIs(t, err, context.Canceled)
	require.Zero(t, a.held.Load())
	_, err = farm.Start(t.Context(), s.client, slices.Values(acted(300, "hold")), cfg)
	require.ErrorContains(t, err, "it was cancelled")
}

// TestBatchTerminatedByHand terminates a batch, as somebody may do on Temporal's page, when some of
// its jobs are done. The run does not wait for it, and tells which jobs have no file.
func TestBatchTerminatedByHand(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	a := act(t, s)
	jobs := slices.Concat(acted(2, "hold"), acted(300, "clip"))
	cfg := s.config("terminated")
	run := s.start(jobs, cfg)
	await(t, "all clips are made", func() bool {
		p, err := run.Progress(t.Context())
		return err == nil && p.Done == 300 && p.Running == 2
	})
	require.NoError(t, s.client.TerminateWorkflow(t.Context(), flow.BatchID(cfg.ID, 0), "", "a test"))
	require.NoError(t, run.Cancel(t.Context()))
	report, err := s.wait(run)
	require.ErrorIs(t, err, context.Canceled)
	require.ErrorContains(t, err, flow.BatchID(cfg.ID, 0)+" was terminated by hand")
	requireResults(t, jobs, report)
	for _, result := range report.Results {
		require.Equal(t, strings.HasPrefix(result.Path, "clip/"), result.Err == nil, result.Path)
	}
	await(t, "nothing runs", func() bool { return a.held.Load() == 0 })
}

// TestRunTerminatedByHand terminates the run itself: Wait and Progress tell so, and Cancel stops
// its jobs.
func TestRunTerminatedByHand(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	a := act(t, s)
	cfg := s.config("gone")
	run := s.start(acted(300, "hold"), cfg)
	await(t, "some jobs have begun", func() bool { return a.held.Load() > 0 })
	requirePresence := func(id string, there bool) {
		answer, err := a.Presence(t.Context(), id)
		require.NoError(t, err)
		require.Equal(t, there, answer, id)
	}
	requirePresence(cfg.ID, true)
	requirePresence("nobody's", false)
	require.NoError(t, s.client.TerminateWorkflow(t.Context(), cfg.ID, "", "a test"))
	requirePresence(cfg.ID, false) // batches without leave ask this
	_, err := s.wait(run)
	require.ErrorContains(t, err, "terminated by hand")
	_, err = run.Progress(t.Context())
	require.ErrorContains(t, err, "terminated by hand")
	require.NoError(t, run.Cancel(t.Context()))
	await(t, "nothing runs", func() bool { return a.held.Load() == 0 })
}

// TestNoWorker asks for the progress of a run that no worker knows.
func TestNoWorker(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	run := s.start(acted(1, "clip"), s.config("alone"))
	requireNoWorker := func(outlook string) {
		_, err := run.Progress(t.Context())
		require.ErrorIs(t, err, farm.ErrNoWorker)
		require.ErrorContains(t, err, fmt.Sprintf("no worker takes tasks of its queue %q; the run %s", s.queue, outlook))
	}
	requireNoWorker("goes on as soon as one comes")
	_, err := farm.Find(t.Context(), s.client, "nobody's")
	require.ErrorContains(t, err, "knows no run of this ID")
	require.NoError(t, run.Cancel(t.Context()))
	requireNoWorker("is cancelled, and ends as soon as a worker comes")
	why := errors.New("the test has no patience")
	ctx, stop := context.WithCancelCause(t.Context())
	stop(why)
	_, err = run.Wait(ctx)
	require.ErrorIs(t, err, why)
	act(t, s)
	_, err = s.wait(run)
	require.ErrorIs(t, err, context.Canceled)
}

// TestWorkersKilled asks for the progress of a run, and cancels it, when its worker was killed: the
// server knows the worker for some minutes more.
func TestWorkersKilled(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	worker := s.worker()
	jobs := []farm.Job{clip("clip", "clip", testjobs.Clip{Frames: 3000, Delay: 30 * time.Millisecond})}
	run := s.start(jobs, s.deadlyConfig("killed"))
	s.awaitBegun("clip", 1)
	worker.kill()
	require.NoError(t, run.Cancel(t.Context()))
	_, err := run.Progress(t.Context())
	require.ErrorIs(t, err, farm.ErrNoWorker)
	require.ErrorContains(t, err, "the last one that has asked for tasks, ")
	require.ErrorContains(t, err, fmt.Sprintf("/%d/", worker.pid()))
	require.ErrorContains(t, err, "the run is cancelled, and ends as soon as a worker comes")
	s.worker()
	_, err = s.wait(run)
	require.ErrorIs(t, err, context.Canceled)
}

// TestLongFilm makes a film of so many chunks that its workflow goes on with a new history: each is
// made once.
func TestLongFilm(t *testing.T) {
	t.Parallel()
	if !mediatest.Long(t) {
		t.Skip("it has more than a thousand chunks")
	}
	s := newSite(t)
	a := act(t, s)
	cfg := s.config("long")
	report, err := s.wait(s.start(acted(1, "film"), cfg))
	require.NoError(t, err)
	require.EqualValues(t, actorChunks, report.Results[0].Frames)
	require.EqualValues(t, actorChunks+1, a.parts.Load())
	require.EqualValues(t, 1, a.swept.Load())
	film, err := s.client.DescribeWorkflowExecution(t.Context(), flow.FilmID(cfg.ID, 0, 0), "")
	require.NoError(t, err)
	info := film.GetWorkflowExecutionInfo()
	require.NotEqual(t, info.GetFirstRunId(), info.GetExecution().GetRunId(), "%d events", info.GetHistoryLength())
}
