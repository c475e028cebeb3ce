package pipeline

import (
	"context"
	"sync/atomic"
	"time"
)

// life is the state of a run that its sources, edges and actors share: whether the run goes on, and
// why it ended.
type life struct {
	ctx    context.Context // ends when the run has stopped or finished; its cause is the run's
	cancel context.CancelCauseFunc
	made   time.Time // when the run was made

	closing  chan struct{} // closed when the sinks may be flushed
	finished chan struct{} // closed when the run is over; err is set before
	err      error         // of the run; nil: it finished

	incomplete   atomic.Int32 // copies of processors, and required sinks, that have not come to their natural end
	ending       ending
	stallTimeout time.Duration // 0: a node may stay in a call for ever
}

func newLife(ctx context.Context) *life {
	l := &life{made: time.Now(), closing: make(chan struct{}), finished: make(chan struct{})}
	l.ctx, l.cancel = context.WithCancelCause(ctx)
	return l
}

// stopped says whether a hard stop has begun, or the run is over.
func (l *life) stopped() bool { return l.ctx.Err() != nil }

// fail stops the run because of an error of a node, unless the run has stopped already: the first
// failure wins.
func (l *life) fail(node string, stream int, err error) {
	l.cancel(&NodeError{Node: node, Stream: stream, Err: err})
}

// causeOr returns why the run stopped, or otherwise if it goes on or finished.
func (l *life) causeOr(otherwise error) error {
	cause := context.Cause(l.ctx) // read before finished, which is closed before the context of a finished run ends
	if isClosed(l.finished) {
		cause = l.err
	}
	if cause != nil {
		return cause
	}
	return otherwise
}

// age is how long ago the run was made, at least 1 ns.
func (l *life) age() time.Duration { return max(time.Since(l.made), 1) }
