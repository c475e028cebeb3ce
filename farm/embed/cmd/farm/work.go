package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/avloom/avloom/farm"
)

// renderers are what the workers can draw.
func renderers() map[string]farm.Renderer {
	return map[string]farm.Renderer{"figure": {Clip: figure}, "knot": {Film: knot}}
}

// work renders jobs until Ctrl-C.
func work(ctx context.Context, p *program) error {
	dial, cfg, set := farm.DialConfig{}, farm.WorkerConfig{Metrics: farm.NewMetrics()}, p.flags()
	dial.Metrics = cfg.Metrics
	dial.Flags(set)
	store := set.String("store", "films", "`folder` for the files")
	set.StringVar(&cfg.Queue, "queue", farm.DefaultQueue, "task queue of the runs")
	set.IntVar(&cfg.Jobs, "jobs", 0, "how `many` jobs at a time; 0: as many as there are cores and memory for")
	set.DurationVar(&cfg.Drain, "drain", 30*time.Second, "how `long` jobs may go on after Ctrl-C or SIGTERM")
	metrics := set.String("metrics", "", "address for Prometheus, such as :9090 (default none)")
	quiet := set.Bool("quiet", false, "do not log warnings and errors of jobs, which the run's report has, too")
	guarded := set.Bool("until-stdin-ends", false,
		"stop when stdin ends: when the program that has started this one is gone")
	if err := p.parse(set); err != nil {
		return err
	}
	if !*quiet {
		dial.Log = slog.New(slog.NewTextHandler(p.stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
		cfg.Log = dial.Log
	}
	if *guarded {
		ctx = untilStdinEnds(ctx)
	}
	if *metrics != "" {
		stop, err := show(*metrics, cfg.Metrics)
		if err != nil {
			return err
		}
		defer stop()
	}
	return render(ctx, dial, *store, cfg)
}

// stopPatience is how long a worker may take to end when stdin has ended.
const stopPatience = 15 * time.Second

// untilStdinEnds returns a context that ends with stdin. The server may be gone with the program
// that has started this one, so that no job can be given back to it: this program ends soon in any
// case, but not so soon that a loaded machine would keep it from giving its jobs back.
func untilStdinEnds(ctx context.Context) context.Context {
	ctx, end := context.WithCancel(ctx)
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		end()
		time.Sleep(stopPatience)
		os.Exit(1)
	}()
	return ctx
}

// render renders jobs until ctx ends.
func render(ctx context.Context, dial farm.DialConfig, folder string, cfg farm.WorkerConfig) (err error) {
	store, err := openStore(folder)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	c, err := farm.Dial(ctx, dial)
	if err != nil && ctx.Err() != nil {
		return nil // it is to stop before it has begun
	}
	if err != nil {
		return err
	}
	defer c.Close()
	worker, err := farm.NewWorker(c, store, renderers(), cfg)
	if err != nil {
		return err
	}
	return worker.Run(ctx)
}

// show serves metrics until the caller calls stop.
func show(address string, metrics *farm.Metrics) (stop func(), err error) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, err
	}
	server := &http.Server{Handler: metrics, ReadHeaderTimeout: time.Minute}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = server.Serve(listener) // until Close
	}()
	return func() { _ = server.Close(); <-ended }, nil
}
