package api

import (
	"context"
	"sync"
)

// opening lets Close and Abort end the waiting of an Open that is under way, which keeps the encoder locked.
type opening struct {
	mu     sync.Mutex
	cancel context.CancelCauseFunc // nil: none is under way
}

// begin returns a context for the waiting of an Open. The caller must call done at its end.
func (o *opening) begin(ctx context.Context) (waiting context.Context, done func()) {
	o.mu.Lock()
	defer o.mu.Unlock()
	waiting, cancel := context.WithCancelCause(ctx)
	o.cancel = cancel
	return waiting, func() {
		o.mu.Lock()
		defer o.mu.Unlock()
		cancel(nil)
		o.cancel = nil
	}
}

// stop ends the waiting.
func (o *opening) stop(cause error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.cancel != nil {
		o.cancel(cause)
	}
}
