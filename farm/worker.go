package farm

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync/atomic"

	"go.temporal.io/sdk/client"
	"gocloud.dev/blob"

	"github.com/avloom/avloom/farm/internal/care"
	"github.com/avloom/avloom/farm/internal/meter"
	"github.com/avloom/avloom/farm/internal/work"
)

// Worker renders jobs that a Temporal server hands to it. A program has one, which does several
// jobs at a time.
type Worker struct {
	cfg        WorkerConfig
	build      string
	identity   string
	node       *care.Node
	activities *work.Activities
	client     client.Client
	begun      atomic.Bool // Run
}

// NewWorker returns a worker that renders jobs with these renderers, by the names in Job.Renderer,
// and puts their files into store. Run does the work. What is wrong in the arguments is an
// *api.ConfigError.
//
// The caller keeps c and store, and closes them when Run has returned.
func NewWorker(
	c client.Client, store *blob.Bucket, renderers map[string]Renderer, cfg WorkerConfig,
) (*Worker, error) {
	if err := checkWorker(c, store, renderers, cfg); err != nil {
		return nil, err
	}
	cfg = cfg.withDefaults()
	w := &Worker{cfg: cfg, build: care.Build(cfg.Version, x264Version(context.Background())), client: c}
	w.identity = identity(cfg.Version, w.build)
	w.node = care.NewNode(care.NewSlots(cfg.Jobs, care.Cores()), max(0, cfg.Failures))
	w.activities = &work.Activities{
		Renderers: workRenderers(renderers), Bucket: store, Client: c,
		Build: w.build, Identity: w.identity, Node: w.node, Log: cfg.Log,
	}
	return w, nil
}

// Build returns the short name of what the parts of films depend on here: WorkerConfig.Version, and
// the versions of avloom, FFmpeg and the encoders. Workers of one build make the parts of a film.
func (w *Worker) Build() string { return w.build }

// Identity names the worker in Temporal's page and in the results of jobs: host, process, version
// and build.
func (w *Worker) Identity() string { return w.identity }

// Jobs returns how many jobs of one thread the worker renders at a time.
func (w *Worker) Jobs() int { return w.node.Jobs() }

// Run takes jobs and renders them until ctx ends or the process gets SIGTERM or SIGINT. Then it
// takes no more, lets those that run go on for WorkerConfig.Drain, stops the others, which other
// workers begin anew, and returns nil. A second signal stops them at once and is an error; a third
// one does what it does in a program without Run.
//
// Run also returns, with an error, when the store or the server cannot be used at the start, when
// WorkerConfig.Failures jobs have failed in a row, and when the server refuses the worker. It can
// be called once. At the start it tries a folder of fileblob with a file that it gives up.
func (w *Worker) Run(ctx context.Context) error {
	if w.begun.Swap(true) {
		return errors.New("farm: Run was called already; make another worker")
	}
	if err := w.checkStore(ctx); err != nil {
		if ctx.Err() != nil {
			return nil // it is to stop before it has begun
		}
		return err
	}
	scratch, err := care.OpenScratch(w.cfg.Scratch)
	if err != nil {
		return fmt.Errorf("farm: make a folder for files that are being rendered (WorkerConfig.Scratch): %w", err)
	}
	w.activities.Scratch = scratch.Folder()
	err = w.work(ctx)
	if errors.Is(err, errLeft) { // a renderer may still write
		return err
	}
	return errors.Join(err, scratch.Close())
}

// work takes tasks until there is a reason to stop, and drains.
func (w *Worker) work(ctx context.Context) error {
	if m := w.cfg.Metrics; m != nil {
		defer m.nodes.Add(w.node, meter.Build{Queue: w.cfg.Queue, Version: w.cfg.Version, Name: w.build})()
	}
	s, tasks := w.newShift()
	defer s.end()
	if err := s.start(ctx, w.sdkWorkers(tasks, s.refuse)); err != nil {
		return err
	}
	w.cfg.Log.Info("worker takes jobs", "queue", w.cfg.Queue, "jobs", w.Jobs(), "identity", w.identity)
	reason := s.wait(ctx)
	if reason != nil {
		w.cfg.Log.Error("worker takes no more jobs", "error", reason)
	}
	err := errors.Join(reason, s.drain())
	w.cfg.Log.Info("worker has ended", "identity", w.identity)
	return err
}

// identity names a worker.
func identity(version, build string) string {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown-host"
	}
	if version == "" {
		version = "no-version"
	}
	return fmt.Sprintf("%s/%d/%s/%s", host, os.Getpid(), version, build)
}

func (c WorkerConfig) withDefaults() WorkerConfig {
	if c.Queue == "" {
		c.Queue = DefaultQueue
	}
	if c.JobMemory == 0 {
		c.JobMemory = care.DefaultJobMemory
	}
	if c.Jobs == 0 {
		c.Jobs = care.Jobs(care.Cores(), care.Memory(os.DirFS("/")), c.JobMemory)
	}
	if c.Scratch == "" {
		c.Scratch = os.TempDir()
	}
	if c.Failures == 0 {
		c.Failures = defaultFailures
	}
	if c.Drain == 0 {
		c.Drain = defaultDrain
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return c
}
