package pipeline

import (
	"context"
	"sync"
)

// Source is where items enter a graph from outside.
type Source[T any] struct {
	out *Outlet[T]

	mu    sync.RWMutex // held for reading while an item is being sent, so that End comes after it
	ended bool
}

// NewSource adds a source to the graph. Items sent to it come out of the outlet in order.
func NewSource[T any](run *Run, name string, stream int) (*Source[T], *Outlet[T]) {
	s := &Source[T]{out: newOutlet[T](run, name, stream)}
	run.sources = append(run.sources, s)
	return s, s.out
}

// Send hands v over and blocks while the queue is full. Ownership of v passes with the call, also when it fails. It returns
// ErrEnded after End, the run's cause once the run has stopped, and context.Cause(ctx) when ctx ends first.
func (s *Source[T]) Send(ctx context.Context, v T) error {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.ended {
		s.out.refuse(v, 0)
		return s.out.run.causeOr(ErrEnded)
	}
	if _, ok := s.out.send(v, ctx.Done()); !ok {
		return s.out.run.causeOr(context.Cause(ctx))
	}
	return nil
}

// End says that nothing more will be sent. It waits for the sends under way; a second call does nothing.
func (s *Source[T]) End() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.ended {
		s.ended = true
		s.out.finish()
	}
}

// sync sends a mark behind everything that was accepted so far. An ended source needs none: its end is a mark.
func (s *Source[T]) sync(ctx context.Context, mark int64) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.ended || s.out.mark(syncRequest, mark, ctx.Done())
}
