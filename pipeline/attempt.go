package pipeline

import (
	"context"
	"runtime/debug"
	"time"
)

// Attempt calls f, which may block outside the engine, in a goroutine of its own, so that the end of ctx ends the waiting for it. It is for what comes
// before a run. What f returns in time is what Attempt returns; a panic becomes a PanicError.
//
// When ctx ends first, Attempt returns its cause. If f has not returned a tenth of a second after that, wake is called, from one more goroutine; if
// it has not returned when a second is almost over, it is left behind. What f returns too late goes to discard, where it returned without an error.
func Attempt[T any](ctx context.Context, f func() (T, error), wake func(), discard func(T)) (result T, leftBehind bool, err error) {
	a := &attempt[T]{done: make(chan struct{})}
	go a.run(ctx, f, discard)
	select {
	case <-a.done:
	case <-ctx.Done():
		leftBehind = !a.awaitStopped(wake)
	}
	if leftBehind || a.late {
		return result, leftBehind, context.Cause(ctx)
	}
	return a.result, false, a.err
}

// attempt is a call that somebody waits for.
type attempt[T any] struct {
	done   chan struct{} // closed when the call has returned; the rest is set before
	result T
	err    error
	late   bool
}

func (a *attempt[T]) run(ctx context.Context, f func() (T, error), discard func(T)) {
	defer close(a.done)
	a.err = errGoexit // what it is if f neither returns nor panics
	defer func() {
		if v := recover(); v != nil {
			a.err = &PanicError{Value: v, Stack: debug.Stack()}
		}
		if a.late = ctx.Err() != nil; a.late && a.err == nil {
			discard(a.result)
		}
	}()
	a.result, a.err = f()
}

// awaitStopped is for an attempt whose context has ended. False: it does not return.
func (a *attempt[T]) awaitStopped(wake func()) bool {
	if within(time.After(wakeAfter), a.done) {
		return true
	}
	woken := make(chan struct{})
	go func() {
		defer close(woken)
		defer func() { _ = recover() }() // the cause is known already
		wake()
	}()
	within(time.After(abandonAfter), woken, a.done)
	return isClosed(a.done) // also where it is the waking that does not return
}
