package api

import (
	"context"

	"github.com/avloom/avloom/internal/fault"
	"github.com/avloom/avloom/internal/graph"
)

// opening is a call of Open that is in progress. Until it ends, other calls find the encoder as it
// was before.
type opening struct {
	cancel context.CancelCauseFunc
	done   chan struct{} // closed when the call ends
}

// beginOpen admits a call of Open. The context that it returns ends with ctx or at an Abort.
func (e *Encoder) beginOpen(ctx context.Context, outputs []Output) (context.Context, *opening, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := e.checkConfiguring(); err != nil {
		return nil, nil, err
	}
	if len(e.streams) == 0 {
		return nil, nil, ErrNoStreams
	}
	if err := fault.First(checkOutputs(outputs), checkContext(ctx)); err != nil {
		return nil, nil, err
	}
	if ctx.Err() != nil {
		return nil, nil, context.Cause(ctx)
	}
	if err := e.settings.check(); err != nil {
		return nil, nil, err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	e.opening = &opening{cancel: cancel, done: make(chan struct{})}
	return ctx, e.opening, nil
}

func checkOutputs(outputs []Output) error {
	if len(outputs) == 0 {
		return &fault.ConfigError{Field: "outputs", Value: 0, Reason: "give at least one: File, Writer or URL"}
	}
	return nil
}

// startRun opens what a run needs and starts the graph. Opening ends with ctxOpen, the graph with
// ctx.
func (e *Encoder) startRun(ctx, ctxOpen context.Context, outputs []Output) (*run, error) {
	cfg := e.takeConfig(outputs)
	started := false
	defer func() { // also if the logger calls runtime.Goexit
		if !started {
			e.claim.putBack()
		}
	}()
	running, err := graph.Start(ctx, ctxOpen, cfg)
	if err != nil {
		return nil, err
	}
	started = true
	e.claim.keep(running.ThreadsUsed)
	for i, s := range e.streams {
		s.connect(running.Streams[i])
	}
	return &run{Run: running, ctx: ctx}, nil
}

// takeConfig returns the config of the graph, and takes its threads from the budget.
func (e *Encoder) takeConfig(outputs []Output) graph.Config {
	leftBehind := e.leftBehind // the run must not refer to the encoder
	cfg := graph.Config{
		Settings: e.settings.Settings, Journal: e.journal, OnEnd: e.claim.leave,
		OnLeftBehind: func() { leftBehind.Add(1) },
	}
	for _, o := range outputs {
		cfg.Outputs = append(cfg.Outputs, o.config)
	}
	budgeted := 0
	for _, s := range e.streams {
		planned := s.planned()
		cfg.Streams = append(cfg.Streams, planned)
		if planned.SharesThreads() {
			budgeted++
		}
	}
	cfg.Threads, cfg.ProcessBudget = e.claim.take(budgeted), e.claim.budget.isProcess()
	return cfg
}

// adopt makes r the run of the encoder, or returns why there is none. If an Abort came too late to
// stop Open, adopt aborts the run.
func (e *Encoder) adopt(r *run, err error) error {
	e.mu.Lock()
	aborted := e.aborted
	if r != nil && aborted == nil {
		e.run, e.state = r, open
		e.legacy.run.Store(r)
	}
	e.mu.Unlock()
	switch {
	case r == nil && aborted != nil:
		e.claim.leave() // Open cannot be called again
	case r == nil:
	case aborted != nil:
		err = r.Abort(aborted)
	default:
		r.LogOpen()
	}
	return err
}

// endOpen ends a call of Open, with or without an error.
func (e *Encoder) endOpen(o *opening) {
	e.mu.Lock()
	e.opening = nil
	e.mu.Unlock()
	o.cancel(nil)
	close(o.done)
}

// awaitOpening waits until no Open is in progress. The caller holds the mutex, which awaitOpening
// releases while it waits.
func (e *Encoder) awaitOpening() {
	for o := e.opening; o != nil; o = e.opening {
		e.mu.Unlock()
		<-o.done
		e.mu.Lock()
	}
}
