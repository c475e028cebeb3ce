package api

import (
	"context"

	"github.com/avloom/avloom/internal/fault"
	"github.com/avloom/avloom/internal/graph"
)

// opening is a call of Open that is under way. Until it is over, other calls find the encoder as it
// was before it.
type opening struct {
	cancel context.CancelCauseFunc
	done   chan struct{} // closed when the call is over
}

// begin admits a call of Open, whose context ends with ctx or an Abort.
func (e *Encoder) begin(ctx context.Context, outputs []Output) (context.Context, *opening, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := e.mayConfigure(); err != nil {
		return nil, nil, err
	}
	if len(e.streams) == 0 {
		return nil, nil, ErrNoStreams
	}
	if err := e.settings.check(); err != nil {
		return nil, nil, err
	}
	if len(outputs) == 0 {
		return nil, nil, &fault.ConfigError{Field: "outputs", Value: 0, Reason: "give at least one: File, Writer or URL"}
	}
	if err := checkContext(ctx); err != nil {
		return nil, nil, err
	}
	if ctx.Err() != nil {
		return nil, nil, context.Cause(ctx)
	}
	ctx, cancel := context.WithCancelCause(ctx)
	e.opening = &opening{cancel: cancel, done: make(chan struct{})}
	return ctx, e.opening, nil
}

// settle ends a call of Open that made r, or failed. Where an Abort came just too late to stop it,
// the run is aborted.
func (e *Encoder) settle(r *run, err error) error {
	e.mu.Lock()
	aborted := e.aborted
	if r != nil && aborted == nil {
		e.run, e.state = r, open
		e.unclosed.run.Store(r)
	}
	e.mu.Unlock()
	switch {
	case r == nil && aborted != nil:
		e.claim.leave() // it will not be tried again
	case r == nil:
	case aborted != nil:
		err = r.Abort(aborted)
	default:
		r.LogOpen()
	}
	return err
}

// opened is called when a call of Open is over, however it ended.
func (e *Encoder) opened(o *opening) {
	e.mu.Lock()
	e.opening = nil
	e.mu.Unlock()
	o.cancel(nil)
	close(o.done)
}

// awaitOpening waits until no Open is under way. The mutex is held, but not while it waits.
func (e *Encoder) awaitOpening() {
	for o := e.opening; o != nil; o = e.opening {
		e.mu.Unlock()
		<-o.done
		e.mu.Lock()
	}
}

// start opens all that a run needs, which ends with opening, and starts the graph, which ends with
// ctx.
func (e *Encoder) start(ctx, opening context.Context, outputs []Output) (*run, error) {
	cfg := graph.Config{
		Settings: e.settings.Settings, Journal: e.journal, OnEnd: e.claim.leave,
		LeftBehind: func() { e.leftBehind.Add(1) },
	}
	for _, o := range outputs {
		cfg.Outputs = append(cfg.Outputs, o.spec)
	}
	budgeted := 0
	for _, s := range e.streams {
		cfg.Streams = append(cfg.Streams, s.planned())
		if s.planned().Budgeted() {
			budgeted++
		}
	}
	cfg.Threads, cfg.ProcessBudget = e.claim.take(budgeted), e.claim.budget.isProcess()
	opened := false
	defer func() { // also where the logger calls runtime.Goexit
		if !opened {
			e.claim.putBack()
		}
	}()
	graph, err := graph.Start(ctx, opening, cfg)
	if err != nil {
		return nil, err
	}
	opened = true
	e.claim.keep(graph.Used)
	for i, s := range e.streams {
		s.connect(graph.Streams[i])
	}
	return &run{Run: graph, ctx: ctx}, nil
}
