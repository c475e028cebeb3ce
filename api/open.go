package api

import (
	"context"
	"fmt"
	"sync/atomic"

	"go.uber.org/zap"

	"github.com/avloom/avloom/pipeline"
)

// opening is a call of Open that is under way. Until it is over, other calls find the encoder as it was before it.
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
	if len(outputs) == 0 {
		return nil, nil, &ConfigError{Field: "outputs", Value: 0, Reason: "give at least one: File, Writer or URL"}
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

// settle ends a call of Open that made r, or failed. Where an Abort came just too late to stop it, the
// run is aborted.
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
		r.logOpen()
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

// attempt opens all that can block: the encoders, and the destination. A call that does not return after ctx has ended is left behind, and frees what it
// has opened when it does.
func (b *builder) attempt(ctx context.Context, outputs []Output, leftBehind *atomic.Int32) (sinks, error) {
	opened, left, err := pipeline.Attempt(ctx, b.opening(ctx, outputs), b.wake, func(sinks) { b.free() })
	if left {
		leftBehind.Add(1)
		b.journal.log(zap.WarnLevel, "left behind: Open, in a call that did not return", zap.String("path", outputs[0].shown()))
	}
	return opened, err
}

// opening is open, as a call of code of the caller's: its writer and its logger are called from there.
func (b *builder) opening(ctx context.Context, outputs []Output) func() (sinks, error) {
	return func() (opened sinks, err error) {
		b.journal.inside.Call(func() { opened, err = b.open(ctx, outputs) })
		return opened, err
	}
}

// open opens every encoder, tries the headers, opens the destinations and writes the headers.
func (b *builder) open(ctx context.Context, outputs []Output) (opened sinks, err error) {
	complete := false
	defer func() {
		if !complete {
			b.free()
		}
	}()
	if err := b.prepareOutputs(outputs); err != nil {
		return nil, err
	}
	for i, stream := range b.inputs {
		if b.wanted.no() {
			return nil, context.Cause(ctx)
		}
		if err := stream.prepare(b); err != nil {
			return nil, streamError(i, err)
		}
	}
	opened, err = b.openMuxers(ctx)
	complete = err == nil
	return opened, err
}

// wake makes a write of the header that blocks return.
func (b *builder) wake() {
	if dst := b.dst.Load(); dst != nil {
		dst.Wake()
	}
}

// free frees what was opened.
func (b *builder) free() { _ = b.opened.Close() }

// streamError says which stream a wrong config is of.
func streamError(index int, err error) error {
	return fmt.Errorf("avloom: stream %d: %w", index, withoutPrefix(err))
}
