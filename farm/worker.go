package farm

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"reflect"
	"runtime"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
	"gocloud.dev/blob"

	"github.com/avloom/avloom/farm/internal/care"
	"github.com/avloom/avloom/farm/internal/flow"
	"github.com/avloom/avloom/farm/internal/work"
)

// Worker renders jobs that a Temporal server hands to it.
type Worker struct {
	cfg        WorkerConfig
	build      string
	node       *care.Node
	activities *work.Activities
	client     client.Client
}

// NewWorker returns a worker that renders jobs with these renderers, by the names in Job.Renderer,
// and puts their files into store. Run does the work.
func NewWorker(
	c client.Client, store *blob.Bucket, renderers map[string]Renderer, cfg WorkerConfig,
) (*Worker, error) {
	if cfg.Queue == "" {
		cfg.Queue = DefaultQueue
	}
	if cfg.Jobs == 0 {
		cfg.Jobs = runtime.NumCPU()
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	w := &Worker{
		cfg: cfg, build: care.Build(cfg.Version), client: c,
		node: care.NewNode(care.NewSlots(cfg.Jobs, runtime.NumCPU()), cfg.Failures),
	}
	w.activities = &work.Activities{
		Renderers: map[string]work.Renderer{}, Bucket: store, Client: c,
		Build: w.build, Node: w.node, Log: cfg.Log,
	}
	for name, r := range renderers {
		w.activities.Renderers[name] = work.Renderer(r)
	}
	return w, nil
}

// errStopping is why tasks end when the worker stops.
var errStopping = errors.New("the worker stops")

// Run takes jobs until ctx ends.
func (w *Worker) Run(ctx context.Context) error {
	scratch, err := os.MkdirTemp(w.cfg.Scratch, "avloom-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(scratch) }()
	w.activities.Scratch = scratch
	base, build := w.sdkWorkers()
	if err := base.Start(); err != nil {
		return fmt.Errorf("farm: start the worker: %w", err)
	}
	defer base.Stop()
	if err := build.Start(); err != nil {
		return fmt.Errorf("farm: start the worker: %w", err)
	}
	defer build.Stop()
	<-ctx.Done()
	w.node.Stop(errStopping)
	return nil
}

// sdkWorkers returns the SDK's workers: that of the runs' queue, and that of the build's, with the
// activities for parts of films.
func (w *Worker) sdkWorkers() (base, build worker.Worker) {
	base = worker.New(w.client, w.cfg.Queue, w.options())
	flow.Register(base)
	w.register(base, flow.MakeActivity, "Make")
	w.register(base, flow.SweepActivity, "Sweep")
	w.register(base, flow.SurveyActivity, "Survey")
	options := w.options()
	options.DisableWorkflowWorker = true
	build = worker.New(w.client, flow.BuildQueue(w.cfg.Queue, w.build), options)
	w.register(build, flow.ChunkActivity, "Chunk")
	w.register(build, flow.SoundActivity, "Sound")
	w.register(build, flow.JoinActivity, "Join")
	return base, build
}

// register adds a method of the activities.
func (w *Worker) register(r worker.ActivityRegistry, name, method string) {
	if f := reflect.ValueOf(w.activities).MethodByName(method); f.IsValid() {
		r.RegisterActivityWithOptions(f.Interface(), activity.RegisterOptions{Name: name})
	}
}
