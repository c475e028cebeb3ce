package work

import (
	"context"
	"errors"
	"time"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/temporal"
)

// Causes for which an attempt ends that are not its job's fault.
var (
	errCancelled = errors.New("the run was cancelled")
	errGone      = errors.New("the job was given to another worker, or its run has ended")
	errHeld      = errors.New("the job was paused or reset")
)

// causeOf returns why the server's answer to a beat ends the attempt, or nil. Other errors say that
// the server cannot be reached, or is busy. Then the attempt goes on.
func causeOf(err error) error {
	var cancelled *temporal.CanceledError
	var missing *serviceerror.NotFound
	var moved *serviceerror.NamespaceNotActive
	var closed *serviceerror.NamespaceNotFound
	switch {
	case errors.As(err, &cancelled):
		return errCancelled
	case errors.As(err, &missing), errors.As(err, &moved), errors.As(err, &closed):
		return errGone
	case errors.Is(err, activity.ErrActivityPaused), errors.Is(err, activity.ErrActivityReset):
		return errHeld
	default:
		return nil
	}
}

// askAgain is how long Ours waits if the server does not answer.
const askAgain = 200 * time.Millisecond

// Ours asks the server whether the attempt is still the one that is to do the job. It waits for the
// answer; the attempt does not stall meanwhile. If the attempt must end, its context ends, and the
// error is the cause.
func (b *beats) Ours(ctx context.Context) (err error) {
	b.Wait(func() {
		for ctx.Err() == nil {
			if err = b.repeat(ctx); err == nil {
				return
			}
			if cause := causeOf(err); cause != nil {
				b.cancel(cause)
				break
			}
			select {
			case <-ctx.Done():
			case <-time.After(askAgain):
			}
		}
		err = context.Cause(ctx)
	})
	return err
}
