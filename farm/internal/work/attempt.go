package work

import (
	"cmp"
	"context"
	"runtime/debug"
	"time"

	"go.temporal.io/sdk/activity"

	"github.com/avloom/avloom/farm/internal/flow"
	"github.com/avloom/avloom/pipeline"
)

// effort is what an attempt is of.
type effort struct {
	settings flow.Settings
	id, path string // of the job
	threads  int    // that it uses
}

const (
	// aloneAfter is how often the worker must have died with a job until the job gets a machine to
	// itself, so that it takes no other jobs with it.
	aloneAfter = 2
	// mostLost is how often the worker may die with a job.
	mostLost = 10
	// usualGrace is how long an attempt may take to return when it is ended. Then it is left behind.
	usualGrace = 3 * time.Second
)

// attempt waits until the machine has room and calls do, and tells the server meanwhile how far it
// has come. Its error says whether it is final: see conclude.
//
// ctx of do ends when the job is cancelled, stalls, or must be given back. If do does not return
// then, it is left behind on its goroutine.
func attempt[T any](
	ctx context.Context, a *Activities, e effort, do func(ctx context.Context, b *beats) (T, error),
) (T, error) {
	t := tally{effort: e, before: a.lastBeat(ctx), attempts: int(activity.GetInfo(ctx).Attempt), start: time.Now()}
	var none T
	if t.lost() >= mostLost {
		return none, a.lostError(t)
	}
	outer := ctx
	ctx, b := a.startBeats(outer, e.settings, t.before)
	defer b.stop()
	leave, err := enter(ctx, a, b, t)
	if err != nil {
		return none, a.conclude(outer, ctx, b, t, err)
	}
	defer leave()
	value, err := await(ctx, cmp.Or(a.grace, usualGrace), func() (T, error) { return do(ctx, b) })
	if err != nil {
		return none, a.conclude(outer, ctx, b, t, err)
	}
	a.Node.Succeeded()
	return value, nil
}

// enter waits until the machine has room.
func enter(ctx context.Context, a *Activities, b *beats, t tally) (leave func(), err error) {
	b.Wait(func() { leave, err = a.Node.Enter(ctx, max(1, t.threads), t.lost() >= aloneAfter) })
	return leave, err
}

// outcome is what a function has returned.
type outcome[T any] struct {
	value T
	err   error
}

// await calls f on a goroutine of its own, and contains its panic. If f does not return soon after
// ctx has ended, await returns without it.
func await[T any](ctx context.Context, grace time.Duration, f func() (T, error)) (T, error) {
	done := make(chan outcome[T], 1)
	go func() {
		o := outcome[T]{err: errExited} // stays if f neither returns nor panics
		defer func() {
			if v := recover(); v != nil {
				o.err = &pipeline.PanicError{Value: v, Stack: debug.Stack()}
			}
			done <- o
		}()
		o.value, o.err = f()
	}()
	select {
	case o := <-done:
		return o.value, o.err
	case <-ctx.Done():
	}
	select {
	case o := <-done:
		return o.value, o.err
	case <-time.After(grace):
		var none T
		return none, &leftError{context.Cause(ctx)}
	}
}
