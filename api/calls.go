package api

import (
	"context"
	"sync"

	"github.com/avloom/avloom/internal/fault"
	"github.com/avloom/avloom/internal/stopwatch"
)

// calls are the calls that feed an encoder. They are counted with the encoder's mutex held.
type calls struct {
	open      int
	returned  sync.WaitGroup
	stopwatch stopwatch.Watch // runs while at least one call is in progress
}

func (c *calls) begin() {
	c.returned.Add(1)
	c.open++
	if c.open == 1 {
		c.stopwatch.Begin()
	}
}

func (c *calls) end() {
	c.open--
	if c.open == 0 {
		c.stopwatch.End()
	}
	c.returned.Done()
}

// beginCall admits a call that feeds the encoder. The caller must call endCall.
func (e *Encoder) beginCall() (*run, error) { return e.admit(e.calls.begin) }

// admit admits a call, for which Close waits: note notes it. The caller notes its end.
func (e *Encoder) admit(note func()) (*run, error) {
	inside := e.callbacks.Inside()
	e.mu.Lock()
	defer e.mu.Unlock()
	switch {
	case e.state == closed:
		return nil, ErrClosed
	case e.aborted != nil:
		return nil, e.aborted
	case e.state == configuring:
		return nil, ErrNotOpen
	}
	if cause := e.run.cause(); cause != nil {
		return nil, cause
	}
	if inside {
		return nil, ErrCalledBack
	}
	note()
	return e.run, nil
}

// endCall ends a call that was admitted.
func (e *Encoder) endCall() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.calls.end()
}

// checkContext refuses a nil context, which would panic in the middle of a call.
func checkContext(ctx context.Context) error {
	if ctx == nil {
		return &fault.ConfigError{
			Field: "ctx", Reason: "must not be nil; give context.Background() for one that never ends",
		}
	}
	return nil
}
