package farmtest

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/worker"

	"github.com/avloom/avloom/farm/internal/flow"
	"github.com/avloom/avloom/farm/internal/work"
)

// actor is a worker that renders nothing: it has the real workflows, and tells at once that a task
// is done. It keeps few workflows in memory, so that they are begun anew from their histories again
// and again: the SDK compares what they do.
type actor struct {
	work.Activities // those that ask the server

	made, parts, swept, held atomic.Int64
}

// act starts an actor.
func act(t *testing.T, s *site) *actor {
	t.Helper()
	worker.SetStickyWorkflowCacheSize(3)
	a := &actor{}
	a.Client = s.client
	options := worker.Options{
		WorkflowPanicPolicy: worker.FailWorkflow, DisableRegistrationAliasing: true,
		MaxHeartbeatThrottleInterval: time.Second, MaxConcurrentActivityExecutionSize: 20,
		DeadlockDetectionTimeout: limit,
	}
	w := worker.New(s.client, s.queue, options)
	flow.Register(w)
	build := worker.New(s.client, flow.BuildQueue(s.queue, "1"), worker.Options{DisableWorkflowWorker: true})
	for name, f := range map[string]any{
		flow.MakeActivity: a.make, flow.SweepActivity: a.sweep,
		flow.SurveyActivity: a.Survey, flow.CensusActivity: a.Census, flow.PresenceActivity: a.Presence,
	} {
		w.RegisterActivityWithOptions(f, activity.RegisterOptions{Name: name})
	}
	for name, f := range map[string]any{
		flow.ChunkActivity: a.part, flow.SoundActivity: a.part, flow.JoinActivity: a.join,
	} {
		build.RegisterActivityWithOptions(f, activity.RegisterOptions{Name: name})
	}
	require.NoError(t, w.Start())
	t.Cleanup(w.Stop)
	require.NoError(t, build.Start())
	t.Cleanup(build.Stop)
	return a
}

// make makes a clip at once, plans a film, and never ends a job of the renderer hold.
func (a *actor) make(ctx context.Context, task flow.Task) (flow.Made, error) {
	switch task.Job.Renderer {
	case "film":
		plan := &flow.FilmPlan{Build: "1", Fingerprint: "f", Chunks: actorChunks, Frames: actorChunks, Sound: true}
		return flow.Made{Film: plan}, nil
	case "hold":
		a.held.Add(1)
		defer a.held.Add(-1)
		beats := time.NewTicker(100 * time.Millisecond)
		defer beats.Stop()
		for ctx.Err() == nil {
			activity.RecordHeartbeat(ctx, flow.Beat{Frames: 1})
			select {
			case <-beats.C:
			case <-ctx.Done():
			}
		}
		return flow.Made{}, ctx.Err()
	}
	a.made.Add(1)
	return flow.Made{Result: &flow.Result{ID: task.Job.ID, Path: task.Job.Path, Frames: 1}}, nil
}

func (a *actor) part(context.Context, flow.Part) (flow.PartMade, error) {
	a.parts.Add(1)
	return flow.PartMade{Frames: 1}, nil
}

func (a *actor) join(context.Context, flow.FilmTask) (flow.Result, error) {
	return flow.Result{Frames: actorChunks}, nil
}

func (a *actor) sweep(context.Context, flow.FilmTask) error {
	a.swept.Add(1)
	return nil
}

// actorChunks are so many that a film's history becomes too long.
const actorChunks = 1200
