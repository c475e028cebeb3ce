package flow_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/avloom/avloom/farm/internal/flow"
)

func (w *world) leave() { w.SignalWorkflow(flow.LeaveSignal, nil) }

// TestBatch checks batches of few jobs and of as many as they may have: they wait for leave, tell
// once that half of the jobs have ended, and that all have.
func TestBatch(t *testing.T) {
	t.Parallel()
	for _, n := range []int{1, 2, 3, 250} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			var told flow.BatchState
			w.signal = func(id, name string, value any) error {
				require.Equal(t, "r", id)
				if name == flow.EndedSignal {
					told = value.(flow.BatchState)
				} else {
					require.Equal(t, 7, value)
				}
				return nil
			}
			w.RegisterDelayedCallback(func() {
				require.Zero(t, w.count("make j0"))
				w.leave()
			}, time.Hour)
			w.ExecuteWorkflow(flow.BatchWorkflow, flow.Batch{Settings: settings, Index: 7, Jobs: jobs(n)})
			end := value[flow.BatchEnd](w)
			counts := flow.Counts{Done: n, Frames: 10 * int64(n), Bytes: 100 * int64(n)}
			require.Equal(t, counts, end.Counts)
			require.Equal(t, flow.BatchState{Batch: 7, Ended: true, Counts: counts}, told)
			require.Equal(t, min(1, n-1), w.count("half r"))
			for i, result := range end.Results {
				require.Equal(t, fmt.Sprint("j", i), result.ID)
			}
		})
	}
}

// TestBatchWithFailures checks that a job that fails does not stop the others, and what its result
// tells.
func TestBatchWithFailures(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	fault := &flow.ConfigFault{Field: "Width", Value: "7", Reason: "must be even"}
	how := flow.Failure{Attempts: 2, Worker: "w", Elapsed: time.Second}
	fail := func(text, kind string, fault *flow.ConfigFault) error {
		return temporal.NewNonRetryableApplicationError(text, kind, errors.New("cause"), fault, how)
	}
	w.make = func(ctx context.Context, task flow.Task) (flow.Made, error) {
		result := &flow.Result{Skipped: task.Job.ID == "j5"}
		switch attempt := activity.GetInfo(ctx).Attempt; task.Job.ID {
		case "j0":
			return flow.Made{}, fail("Width 7: must be even", flow.ErrConfig, fault)
		case "j1":
			return flow.Made{}, fail(strings.Repeat("ä", 5000), flow.ErrFailed, nil)
		case "j2":
			return flow.Made{}, fail("", flow.ErrLost, nil)
		case "j3":
			return flow.Made{}, nil
		case "j4":
			if attempt < 9 {
				return flow.Made{}, temporal.NewApplicationError("again", flow.ErrReturned)
			}
		}
		return flow.Made{Result: result}, nil
	}
	w.RegisterDelayedCallback(w.leave, 0)
	w.ExecuteWorkflow(flow.BatchWorkflow, flow.Batch{Settings: settings, Jobs: jobs(7)})
	end := value[flow.BatchEnd](w)
	require.Equal(t, flow.Counts{Done: 2, Failed: 4, Skipped: 1}, end.Counts)
	require.Equal(t, flow.Result{
		ID: "j0", Path: "0.mp4", Error: "Width 7: must be even", Kind: flow.ErrConfig, Config: fault,
		Attempts: 2, Worker: "w", Elapsed: time.Second,
	}, end.Results[0])
	require.Less(t, len(end.Results[1].Error), 2010)
	require.True(t, strings.HasSuffix(end.Results[1].Error, "ä …"))
	require.Equal(t, flow.ErrLost, end.Results[2].Kind)
	require.NotEmpty(t, end.Results[2].Error)
	require.Contains(t, end.Results[3].Error, "neither a file nor a plan")
}

// TestBatchCancelled checks that results stay of jobs that have ended, and that all others were
// stopped, whether they had begun or not.
func TestBatchCancelled(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.make = func(ctx context.Context, task flow.Task) (flow.Made, error) {
		if task.Job.ID < "j5" {
			return flow.Made{Result: &flow.Result{}}, nil
		}
		for ctx.Err() == nil {
			activity.RecordHeartbeat(ctx)
			select {
			case <-ctx.Done():
			case <-time.After(time.Millisecond):
			}
		}
		return flow.Made{}, ctx.Err()
	}
	ended := 0
	w.SetOnActivityCompletedListener(func(*activity.Info, converter.EncodedValue, error) {
		if ended++; ended == 5 {
			w.CancelWorkflow()
		}
	})
	w.RegisterDelayedCallback(w.leave, 0)
	w.ExecuteWorkflow(flow.BatchWorkflow, flow.Batch{Settings: settings, Jobs: jobs(10)})
	end := cancelled[flow.BatchEnd](w)
	require.Equal(t, flow.Counts{Done: 5, Stopped: 5}, end.Counts)
	require.Equal(t, 1, w.count("ended r"))
	require.True(t, end.Results[9].Stopped)
}

// TestBatchCancelledBeforeLeave checks that no job begins in a batch that is cancelled while it
// waits.
func TestBatchCancelledBeforeLeave(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.RegisterDelayedCallback(w.CancelWorkflow, time.Hour)
	w.ExecuteWorkflow(flow.BatchWorkflow, flow.Batch{Settings: settings, Jobs: jobs(10)})
	require.Equal(t, flow.Counts{Stopped: 10}, cancelled[flow.BatchEnd](w).Counts)
	require.Zero(t, w.count("make j0"))
}

// TestBatchWithoutRun checks that a batch stops when its run was terminated by hand.
func TestBatchWithoutRun(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.signal = func(_, _ string, _ any) error { return errors.New("workflow not found") }
	w.make = func(ctx context.Context, task flow.Task) (flow.Made, error) {
		if task.Job.ID < "j5" {
			return flow.Made{Result: &flow.Result{}}, nil
		}
		for ctx.Err() == nil {
			activity.RecordHeartbeat(ctx)
			time.Sleep(time.Millisecond)
		}
		return flow.Made{}, ctx.Err()
	}
	w.RegisterDelayedCallback(w.leave, 0)
	w.ExecuteWorkflow(flow.BatchWorkflow, flow.Batch{Settings: settings, Jobs: jobs(10)})
	require.Equal(t, flow.Counts{Done: 5, Stopped: 5}, cancelled[flow.BatchEnd](w).Counts)
}

// TestBatchOfFilms checks that films are made in workflows of their own, a few at a time, and that
// one that fails does not stop the others.
func TestBatchOfFilms(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.make = func(_ context.Context, task flow.Task) (flow.Made, error) {
		return flow.Made{Film: &flow.FilmPlan{Build: "b", Fingerprint: task.Job.ID, Chunks: 3, Frames: 30}}, nil
	}
	w.part = func(_ context.Context, part flow.Part) (flow.PartMade, error) {
		if part.Film.Plan.Fingerprint == "j1" && part.Index == 1 {
			return flow.PartMade{}, temporal.NewNonRetryableApplicationError("no disk", flow.ErrFailed, nil)
		}
		return flow.PartMade{Frames: 10}, nil
	}
	open, most, asked := 0, 0, false
	w.SetOnChildWorkflowStartedListener(func(*workflow.Info, workflow.Context, converter.EncodedValues) {
		open++
		most = max(most, open)
	})
	w.SetOnChildWorkflowCompletedListener(func(*workflow.Info, converter.EncodedValue, error) { open-- })
	w.SetOnActivityStartedListener(func(info *activity.Info, _ context.Context, _ converter.EncodedValues) {
		if info.ActivityType.Name != flow.ChunkActivity || open < 4 {
			return
		}
		asked = true
		answer, err := w.QueryWorkflow(flow.ProgressQuery)
		require.NoError(t, err)
		var progress flow.BatchProgress
		require.NoError(t, answer.Get(&progress))
		require.Len(t, progress.Films, 4)
		require.Contains(t, progress.Films[0], "r/000002/film/")
	})
	w.RegisterDelayedCallback(w.leave, 0)
	w.ExecuteWorkflow(flow.BatchWorkflow, flow.Batch{Settings: settings, Index: 2, Jobs: jobs(10)})
	end := value[flow.BatchEnd](w)
	require.Equal(t, flow.Counts{Done: 9, Failed: 1, Frames: 90, Bytes: 63}, end.Counts)
	require.Equal(t, 4, most)
	require.True(t, asked)
	require.Equal(t, "no disk", end.Results[1].Error)
	require.Equal(t, flow.ErrFailed, end.Results[1].Kind)
	for i := range 10 {
		require.Equal(t, 1, w.count(fmt.Sprintf("sweep j%d on q", i)))
	}
}
