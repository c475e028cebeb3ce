package pipeline

import (
	"context"
	"runtime/debug"
	"time"
)

// Attempt calls f, which may block outside the engine, in a separate goroutine, so that Attempt can
// return when ctx ends. It is for work that comes before a run. Attempt returns what f returns in
// time; a panic becomes a PanicError.
//
// If ctx ends first, Attempt returns its cause. If f has not returned 0.1 s after that, Attempt
// calls wake from one more goroutine. If f has not returned 0.9 s after the end of ctx, it is left
// behind. A result that f returns too late, without an error, goes to discard.
func Attempt[T any](ctx context.Context, f func() (T, error), wake func(), discard func(T)) (
	result T, leftBehind bool, err error,
) {
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

// attempt is a call of Attempt that is under way.
type attempt[T any] struct {
	done   chan struct{} // closed when the call has returned; the rest is set before
	result T
	err    error
	late   bool
}

func (a *attempt[T]) run(ctx context.Context, f func() (T, error), discard func(T)) {
	defer close(a.done)
	a.err = errGoexit // stays if f neither returns nor panics
	defer func() {
		if v := recover(); v != nil {
			a.err = &PanicError{Value: v, Stack: debug.Stack()}
		}
		a.late = ctx.Err() != nil
		if a.late && a.err == nil {
			discard(a.result)
		}
	}()
	a.result, a.err = f()
}

// awaitStopped waits for an attempt whose context has ended. False: it does not return.
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
	return isClosed(a.done) // f may have returned although wake has not
}
