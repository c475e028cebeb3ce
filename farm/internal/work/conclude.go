package work

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/temporal"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/farm/internal/depot"
	"github.com/avloom/avloom/farm/internal/flow"
	"github.com/avloom/avloom/internal/fault"
)

// tally is what is known of a job's attempts when one begins.
type tally struct {
	effort
	before   flow.Beat
	attempts int // this one included
	start    time.Time
}

// lost returns how many attempts have ended without a word: their worker has died.
func (t tally) lost() int { return max(0, t.attempts-1-t.before.Failures-t.before.Returned) }

// conclude turns the error of an attempt into that of the activity. outer is the activity's
// context, ctx that of the attempt.
//
// A job that was cancelled is cancelled. One that is not at fault is given back, to be begun again
// by any worker. A failure that another attempt would not mend is final, and so is the last one of
// as many as the run allows.
func (a *Activities) conclude(outer, ctx context.Context, b *beats, t tally, err error) error {
	b.halt()
	cause := context.Cause(ctx)
	stall, stalled := errors.AsType[*StallError](cause)
	if _, left := errors.AsType[*leftError](err); left {
		a.Log.Error("renderer left behind", "job", t.id, "cause", cause)
	}
	switch kind := finalKind(err); {
	case errors.Is(cause, errCancelled):
		activity.RecordHeartbeat(outer, b.told()) // tells the SDK, which otherwise takes the answer for a failure
		return temporal.NewCanceledError()
	case isParts(err):
		return a.partsAgain(err)
	case kind != "" && !isOf(err, cause):
		return a.final(t, kind, err)
	case stalled:
		if left, ok := errors.AsType[*leftError](err); ok {
			err = left
		} else {
			err = stall
		}
	case cause != nil, a.isStopping():
		b.giveBack(ctx)
		return temporal.NewApplicationErrorWithOptions(shortText(fmt.Errorf("given back: %w", err)), flow.ErrReturned,
			temporal.ApplicationErrorOptions{Category: temporal.ApplicationErrorCategoryBenign}) // not logged as an error
	}
	failures := b.fail(ctx)
	a.Log.Warn("job failed", "job", t.id, "failures", failures, "error", err)
	if t.before.Failures == 0 {
		a.Node.Failed(t.id, err)
	}
	if failures >= t.settings.Attempts {
		return a.final(t, flow.ErrFailed, err)
	}
	return temporal.NewApplicationErrorWithOptions(shortText(err), flow.ErrFailed, temporal.ApplicationErrorOptions{
		Details: []any{faultOf(err), a.failure(t)}, NextRetryDelay: delayAfter(err, failures),
	})
}

// Delays of the next attempt after the store has failed: a store that is being restarted, or that
// cannot be reached for a moment, is soon back, and what was rendered for it is lost each time.
const (
	firstStoreDelay = 3 * time.Second
	mostStoreDelay  = time.Minute
)

// delayAfter returns when the next attempt may begin; 0: as the run's policy says.
func delayAfter(err error, failures int) time.Duration {
	store, ok := errors.AsType[*depot.StoreError](err)
	if !ok || !store.MayPass() {
		return 0
	}
	delay := firstStoreDelay
	for range failures - 1 {
		delay = min(10*delay, mostStoreDelay)
	}
	return delay
}

// isOf returns true if the error tells of the end of a context that has this cause.
func isOf(err, cause error) bool {
	return cause != nil && (errors.Is(err, cause) || errors.Is(err, context.Canceled))
}

// isStopping returns true if the worker must end soon.
func (a *Activities) isStopping() bool {
	select {
	case <-a.Node.Stopping():
		return true
	default:
		return false
	}
}

// finalKind returns the type of an error that another attempt would not mend, or "".
func finalKind(err error) string {
	var config *api.ConfigError
	var other *depot.OtherError
	var key *depot.KeyError
	switch {
	case errors.As(err, &config):
		return flow.ErrConfig
	case isPermanent(err), errors.As(err, &other), errors.As(err, &key):
		return flow.ErrPermanent
	default:
		return ""
	}
}

// lostError is that of a job with which too many workers have died.
func (a *Activities) lostError(t tally) error {
	err := fmt.Errorf("%d workers died, or were cut off, while they worked on this job", t.lost())
	a.Log.Error("job lost", "job", t.id, "error", err)
	return a.final(t, flow.ErrLost, err)
}

// final returns an error that ends the job.
func (a *Activities) final(t tally, kind string, err error) error {
	return temporal.NewNonRetryableApplicationError(shortText(err), kind, nil, faultOf(err), a.failure(t))
}

// failure says how the job failed, besides the reason.
func (a *Activities) failure(t tally) flow.Failure {
	return flow.Failure{Attempts: t.attempts, Worker: a.Identity, Elapsed: time.Since(t.start)}
}

// faultOf returns the parts of an *api.ConfigError, or nil.
func faultOf(err error) *flow.ConfigFault {
	config, ok := errors.AsType[*api.ConfigError](err)
	if !ok {
		return nil
	}
	text, isText := config.Value.(string)
	if !isText && config.Value != nil {
		text = fmt.Sprint(fault.Printable(config.Value))
	}
	f := &flow.ConfigFault{
		Field: config.Field, Value: cut(text), Text: isText, NoValue: config.Value == nil,
		Reason: config.Reason, Supported: config.Supported,
	}
	if config.Err != nil {
		f.Err = shortText(config.Err)
	}
	return f
}
