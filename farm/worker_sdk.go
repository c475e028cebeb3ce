package farm

import (
	"context"
	"fmt"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/worker"

	"github.com/avloom/avloom/farm/internal/flow"
	"github.com/avloom/avloom/farm/internal/work"
)

// cachedWorkflows is how many workflows the SDK keeps in memory, in all workers of the process. One
// that is not there is read from the server when it goes on. The SDK's own number is 10,000: with
// hundreds of jobs in each, that would be much memory.
const cachedWorkflows = 64

// workflowStep is how long a workflow may compute without a pause; then the SDK takes it for one
// that hangs, and begins its task anew. The SDK's own time is a second, which a machine that
// encodes on all its cores may need for large parameters. The server waits for ten.
const workflowStep = 10 * time.Second

// sdkWorkers returns the SDK's workers: that of the runs' queue, and that of the build's, with the
// activities for parts of films. tasks is the context of all activities; refuse is called if the
// server refuses a worker.
func (w *Worker) sdkWorkers(tasks context.Context, refuse func(error)) []worker.Worker {
	worker.SetStickyWorkflowCacheSize(cachedWorkflows)
	base := worker.New(w.client, w.cfg.Queue, w.options(tasks, refuse))
	flow.Register(base)
	a := w.activities
	base.RegisterDynamicActivity(w.begin, activity.DynamicRegisterOptions{})
	register(base, flow.SurveyActivity, a.Survey) // these are begun by this worker itself
	register(base, flow.CensusActivity, a.Census)
	register(base, flow.PresenceActivity, a.Presence)
	options := w.options(tasks, refuse)
	options.DisableWorkflowWorker = true
	build := worker.New(w.client, flow.BuildQueue(w.cfg.Queue, w.build), options)
	build.RegisterDynamicActivity(w.begin, activity.DynamicRegisterOptions{})
	return []worker.Worker{base, build}
}

// begin begins the activity that the context names.
func (w *Worker) begin(ctx context.Context, input converter.EncodedValues) (any, error) {
	a := w.activities
	switch name := activity.GetInfo(ctx).ActivityType.Name; name {
	case flow.MakeActivity:
		return work.Decoded(a, a.Make)(ctx, input)
	case flow.SweepActivity:
		sweep := func(ctx context.Context, film flow.FilmTask) (any, error) { return nil, a.Sweep(ctx, film) }
		return work.Decoded(a, sweep)(ctx, input)
	case flow.ChunkActivity:
		return work.Decoded(a, a.Chunk)(ctx, input)
	case flow.SoundActivity:
		return work.Decoded(a, a.Sound)(ctx, input)
	case flow.JoinActivity:
		return work.Decoded(a, a.Join)(ctx, input)
	default:
		return nil, fmt.Errorf("avloom has no activity %q", name)
	}
}

// register adds an activity.
func register(r worker.ActivityRegistry, name string, do any) {
	r.RegisterActivityWithOptions(do, activity.RegisterOptions{Name: name})
}

// options are those of both SDK workers.
func (w *Worker) options(tasks context.Context, refuse func(error)) worker.Options {
	const few = 2 // pollers: as many as the SDK wants for workflows

	tuner, _ := worker.NewCompositeTuner(worker.CompositeTunerOptions{ // never an error
		WorkflowSlotSupplier:        fixed(16),
		ActivitySlotSupplier:        w.node.Slots,
		LocalActivitySlotSupplier:   fixed(few),
		NexusSlotSupplier:           fixed(few),
		SessionActivitySlotSupplier: fixed(few),
	})
	return worker.Options{
		Tuner:                            tuner,
		Identity:                         w.identity,
		MaxConcurrentActivityTaskPollers: few,
		MaxConcurrentWorkflowTaskPollers: few,
		MaxHeartbeatThrottleInterval:     time.Second,
		DeadlockDetectionTimeout:         workflowStep,
		WorkerStopTimeout:                max(0, w.cfg.Drain) + 2*lastWords, // shift ends the tasks before
		BackgroundActivityContext:        tasks,
		DisableEagerActivities:           true, // they are never handed out: Slots.TryReserveSlot
		DisableRegistrationAliasing:      true,
		Interceptors:                     []interceptor.WorkerInterceptor{&usher{w: w}},
		OnFatalError:                     refuse,
	}
}

// fixed returns a supplier of n slots; n is positive.
func fixed(n int) worker.SlotSupplier {
	s, err := worker.NewFixedSizeSlotSupplier(n)
	if err != nil {
		panic(err)
	}
	return s
}

// usher gives each task its seat, and counts it.
type usher struct {
	interceptor.WorkerInterceptorBase
	w *Worker
}

// InterceptActivity is called by the SDK for each task.
func (u *usher) InterceptActivity(
	_ context.Context, next interceptor.ActivityInboundInterceptor,
) interceptor.ActivityInboundInterceptor {
	i := &ushered{w: u.w}
	i.Next = next
	return i
}

type ushered struct {
	interceptor.ActivityInboundInterceptorBase
	w *Worker
}

// ExecuteActivity does a task.
func (u *ushered) ExecuteActivity(ctx context.Context, in *interceptor.ExecuteActivityInput) (result any, err error) {
	info := activity.GetInfo(ctx)
	if info.IsLocalActivity { // a question of a workflow, which needs no place
		return u.Next.ExecuteActivity(ctx, in)
	}
	ctx, end := u.w.node.Begin(ctx)
	defer end()
	if m := u.w.cfg.Metrics; m != nil {
		count := m.tasks.Begin(info.ActivityType.Name)
		defer func() { count(result, err) }()
	}
	return u.Next.ExecuteActivity(ctx, in)
}
