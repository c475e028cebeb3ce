package flow_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/avloom/avloom/farm/internal/flow"
)

var settings = flow.Settings{
	Run: "r", Queue: "q", Threads: 1, Stall: time.Minute, Heartbeat: 10 * time.Second, Attempts: 3, Parts: "p/",
}

// world is an environment for workflows with activities whose behaviour a test sets.
type world struct {
	*testsuite.TestWorkflowEnvironment
	t *testing.T

	make   func(ctx context.Context, task flow.Task) (flow.Made, error)
	part   func(ctx context.Context, part flow.Part) (flow.PartMade, error)
	join   func(ctx context.Context, film flow.FilmTask) (flow.Result, error)
	sweep  func(ctx context.Context, film flow.FilmTask) error
	survey func(ctx context.Context, survey flow.Survey) (bool, error)
	census func(ctx context.Context, census flow.Census) ([]flow.BatchState, error)
	signal func(id, name string, value any) error
	cancel func(id string) error
	there  func(run string) (bool, error)

	mu  sync.Mutex
	log []string // what was asked for, in this order
}

func newWorld(t *testing.T) *world {
	t.Helper()
	suite := testsuite.WorkflowTestSuite{}
	suite.SetLogger(noLog{})
	w := &world{TestWorkflowEnvironment: suite.NewTestWorkflowEnvironment(), t: t}
	const patience = 5 * time.Minute // of a test on a machine that has much else to do
	w.SetTestTimeout(patience)
	w.SetWorkerOptions(worker.Options{DeadlockDetectionTimeout: patience})
	flow.Register(w)
	w.make = func(_ context.Context, task flow.Task) (flow.Made, error) {
		return flow.Made{Result: &flow.Result{ID: task.Job.ID, Path: task.Job.Path, Frames: 10, Bytes: 100}}, nil
	}
	w.part = func(context.Context, flow.Part) (flow.PartMade, error) { return flow.PartMade{Frames: 10}, nil }
	w.join = func(context.Context, flow.FilmTask) (flow.Result, error) {
		return flow.Result{Frames: 10, Bytes: 7, Worker: "w"}, nil
	}
	w.sweep = func(context.Context, flow.FilmTask) error { return nil }
	w.survey = func(context.Context, flow.Survey) (bool, error) { return true, nil }
	w.census = func(context.Context, flow.Census) ([]flow.BatchState, error) { return nil, nil }
	w.there = func(string) (bool, error) { return true, nil }
	w.signal = func(string, string, any) error { return nil }
	w.cancel = func(string) error { return nil }
	w.registerActivities()
	w.OnSignalExternalWorkflow(mock.Anything, mock.Anything, mock.Anything, mock.Anything, mock.Anything).
		Return(func(_, id, _, name string, value any) error {
			w.note("%s %s", name, id)
			return w.signal(id, name, value)
		}).Maybe()
	w.OnRequestCancelExternalWorkflow(mock.Anything, mock.Anything, mock.Anything).
		Return(func(_, id, _ string) error {
			w.note("cancel %s", id)
			return w.cancel(id)
		}).Maybe()
	return w
}

func (w *world) registerActivities() {
	register := func(name string, activityFunc any) {
		w.RegisterActivityWithOptions(activityFunc, activity.RegisterOptions{Name: name})
	}
	register(flow.MakeActivity, func(ctx context.Context, task flow.Task) (flow.Made, error) {
		w.note("make %s", task.Job.ID)
		return w.make(ctx, task)
	})
	part := func(ctx context.Context, part flow.Part) (flow.PartMade, error) {
		w.note("part %d of %s on %s", part.Index, part.Film.Plan.Fingerprint, activity.GetInfo(ctx).TaskQueue)
		return w.part(ctx, part)
	}
	register(flow.ChunkActivity, part)
	register(flow.SoundActivity, part)
	register(flow.JoinActivity, func(ctx context.Context, film flow.FilmTask) (flow.Result, error) {
		w.note("join %s on %s", film.Plan.Fingerprint, activity.GetInfo(ctx).TaskQueue)
		return w.join(ctx, film)
	})
	register(flow.SweepActivity, func(ctx context.Context, film flow.FilmTask) error {
		w.note("sweep %s on %s", film.Plan.Fingerprint, activity.GetInfo(ctx).TaskQueue)
		return w.sweep(ctx, film)
	})
	register(flow.SurveyActivity, func(ctx context.Context, survey flow.Survey) (bool, error) {
		w.note("survey %s", survey.Build)
		return w.survey(ctx, survey)
	})
	register(flow.PresenceActivity, func(_ context.Context, run string) (bool, error) {
		w.note("presence %s", run)
		return w.there(run)
	})
	register(flow.CensusActivity, func(ctx context.Context, census flow.Census) ([]flow.BatchState, error) {
		w.note("census %v", census.Batches)
		return w.census(ctx, census)
	})
}

func (w *world) note(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.log = append(w.log, fmt.Sprintf(format, args...))
}

// count returns how often something was asked for.
func (w *world) count(what string) (n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, line := range w.log {
		if line == what {
			n++
		}
	}
	return n
}

// value returns the value of the workflow, which has ended well.
func value[T any](w *world) (value T) {
	w.t.Helper()
	require.True(w.t, w.IsWorkflowCompleted())
	require.NoError(w.t, w.GetWorkflowError())
	require.NoError(w.t, w.GetWorkflowResult(&value))
	return value
}

// cancelled returns the details of the workflow, which was cancelled.
func cancelled[T any](w *world) (details T) {
	w.t.Helper()
	require.True(w.t, w.IsWorkflowCompleted())
	err, ok := errors.AsType[*temporal.CanceledError](w.GetWorkflowError())
	require.True(w.t, ok, "%v", w.GetWorkflowError())
	require.NoError(w.t, err.Details(&details))
	return details
}

// continued returns the input with which the workflow goes on.
func continued[T any](w *world) (input T) {
	w.t.Helper()
	require.True(w.t, w.IsWorkflowCompleted())
	err, ok := errors.AsType[*workflow.ContinueAsNewError](w.GetWorkflowError())
	require.True(w.t, ok, "%v", w.GetWorkflowError())
	require.NoError(w.t, converter.GetDefaultDataConverter().FromPayloads(err.Input, &input))
	return input
}

func jobs(n int) (jobs []flow.Job) {
	for i := range n {
		jobs = append(jobs, flow.Job{ID: fmt.Sprint("j", i), Renderer: "clip", Path: fmt.Sprintf("%d.mp4", i)})
	}
	return jobs
}

// noLog is a log that nobody reads.
type noLog struct{}

func (noLog) Debug(string, ...any) {}
func (noLog) Info(string, ...any)  {}
func (noLog) Warn(string, ...any)  {}
func (noLog) Error(string, ...any) {}
