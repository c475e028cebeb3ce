package api

import (
	"context"
	"runtime"

	"github.com/avloom/avloom/pipeline"
)

// Close finishes the file. It waits for the calls that feed the encoder, ends every stream, drains
// every actor in order, and writes the trailer. It returns the first error of the run. Outputs of
// AddOutput that are still open are finished with the others. Outputs with BestEffort get one
// second after the required ones; their errors are in Stats.Outputs, and Close does not return
// them. Before Open it marks the encoder as closed and returns nil. Further calls of Close, from
// any goroutine, wait for the same end and return the same error.
//
// When the run stops early, because its context ended, because of Abort or because of an error,
// Close returns within a second. Calls into the destination that have not returned by then are
// interrupted, if the destination has a method SetWriteDeadline or Close. A call that cannot be
// interrupted is left behind: it keeps its goroutine and its memory until it returns, and
// Stats.Abandoned counts it. A call into an encoder cannot be interrupted, so an encoder that works
// on large pictures may be left behind, too.
//
// Close returns ErrCalledBack, and does nothing, when it is called from inside the encoder's own
// writer or logger: it would wait for itself.
func (e *Encoder) Close() error {
	if !e.closed.Load() && e.callbacks.Inside() {
		return ErrCalledBack
	}
	e.closeOnce.Do(func() {
		e.closeErr = e.close()
		e.closed.Store(true)
	})
	e.mu.Lock()
	r := e.run
	e.mu.Unlock()
	if r != nil {
		e.recordEnd(r, e.closeErr)
	}
	return e.closeErr
}

func (e *Encoder) close() error {
	e.mu.Lock()
	e.awaitOpening()
	wasOpen := e.state == open
	aborted := e.aborted
	e.state = closed
	e.ended = !wasOpen
	e.mu.Unlock()
	if !wasOpen {
		e.claim.leave()
		return aborted
	}
	return e.closeRun()
}

// closeRun waits for the calls that feed the encoder and closes the run. That time counts as a
// call.
func (e *Encoder) closeRun() error {
	e.calls.returned.Wait()
	e.mu.Lock()
	e.calls.begin()
	e.mu.Unlock()
	err := e.run.Close()
	e.mu.Lock()
	defer e.mu.Unlock()
	e.calls.end()
	e.ended = true
	return err
}

// Abort gives the file up: it writes no trailer and frees everything. Every later call returns
// cause (nil: ErrAborted), and so does Abort. If an output has failed at its trailer before, the
// error contains that failure, too. Data that was written stays; a CrashSafe file can be read up to
// its end. After Close, Abort does nothing and returns nil. A deferred Abort beside an explicit
// Close therefore never leaves a truncated file that looks complete. Abort returns within a second,
// as Close does when the run stops early.
//
// When Abort is called from inside the encoder's own writer or logger, it stops the run and does
// not wait.
func (e *Encoder) Abort(cause error) error {
	if cause == nil {
		cause = ErrAborted
	}
	inside := e.callbacks.Inside()
	e.mu.Lock()
	if e.run == nil && e.state == configuring && e.aborted == nil {
		e.aborted = cause
	}
	opening := e.opening != nil
	if opening {
		e.opening.cancel(cause)
	}
	if opening && !inside {
		e.awaitOpening()
	}
	r, ended, aborted := e.run, e.ended, e.aborted
	e.mu.Unlock()
	switch {
	case ended:
		return nil
	case r == nil && inside && opening:
		return aborted // Open, which is in progress, frees what it has opened
	case r == nil:
		e.claim.leave()
		return aborted
	case inside:
		return e.abortInside(r, cause)
	}
	err := r.Abort(cause)
	e.recordEnd(r, err)
	return err
}

// abortInside stops the run from inside the encoder's own writer or logger, where nobody may wait.
func (e *Encoder) abortInside(r *run, cause error) error {
	r.Stop(cause)
	r.Outputs.Refuse()
	pipeline.Apart(func() { e.recordEnd(r, r.Wait()) })
	return r.Cause()
}

// recordEnd logs how the run ended. Close or Abort calls it.
func (e *Encoder) recordEnd(r *run, err error) {
	e.legacy.run.Store(nil)
	runtime.KeepAlive(e) // until here the encoder is not garbage, so legacy.end is not called
	for _, s := range e.streams {
		s.finish()
	}
	r.logEnd(e.Stats(), err)
}

// CloseContext is Close with a limit. When ctx ends before the file is finished, CloseContext gives
// the file up, as Abort(context.Cause(ctx)) does, and returns that cause within a second, whatever
// the destination and the encoders do. When ctx has ended before the call, the file is given up at
// once. When ctx ends after the file was finished, that changes nothing.
//
// It is for programs that must end in time: ctx has a deadline, or ends at a second Ctrl-C.
// Otherwise it behaves as Close: before Open it marks the encoder as closed; it can be called
// again, from any goroutine, and together with Close, Abort and other calls of CloseContext; all
// calls return the same error. A nil ctx is a *ConfigError and changes nothing.
func (e *Encoder) CloseContext(ctx context.Context) error {
	if err := checkContext(ctx); err != nil {
		return err
	}
	if ctx.Err() != nil { // otherwise Close might finish the file before Abort is called
		_ = e.Abort(context.Cause(ctx)) // Close returns the same error
		return e.Close()
	}
	stop := abortWith(ctx, e)
	defer stop()
	return e.Close()
}

// abortWith aborts the encoder when ctx ends. The caller must call stop, which ends that and waits
// for an Abort that has begun.
func abortWith(ctx context.Context, enc *Encoder) (stop func()) {
	aborted := make(chan struct{})
	unhook := context.AfterFunc(ctx, func() {
		defer close(aborted)
		_ = enc.Abort(context.Cause(ctx)) // Close returns the same error
	})
	return func() {
		if !unhook() {
			<-aborted
		}
	}
}
