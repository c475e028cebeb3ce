package pipeline

import (
	"context"
	"sync"
)

// Source is where items enter a graph from outside. Any number of goroutines may use it at the same time.
type Source[T any] struct {
	out     *Outlet[T]
	sending sync.WaitGroup // one for each send under way

	mu    sync.Mutex
	ended bool
}

// NewSource adds a source to the graph. Items sent to it come out of the outlet in order.
func NewSource[T any](run *Run, name string, stream int) (*Source[T], *Outlet[T]) {
	s := &Source[T]{out: newOutlet[T](run, name, stream)}
	run.sources = append(run.sources, s)
	return s, s.out
}

// Send hands v over and blocks while the queue is full. Ownership of v passes with the call, also when it fails. It returns the
// run's cause once the run has stopped, ErrEnded after End, and context.Cause(ctx) when ctx ends first.
func (s *Source[T]) Send(ctx context.Context, v T) error {
	if !s.enter() {
		s.out.refuse(v)
		return s.out.run.causeOr(ErrEnded)
	}
	defer s.sending.Done()
	if !s.out.send(v, ctx.Done(), nil) {
		return s.out.run.causeOr(context.Cause(ctx))
	}
	return nil
}

// End says that nothing more will be sent: from now on Send returns ErrEnded. It waits for the sends under way; a second call
// does nothing.
func (s *Source[T]) End() {
	s.mu.Lock()
	ended := s.ended
	s.ended = true
	s.mu.Unlock()
	if !ended {
		s.sending.Wait()
		s.out.finish()
	}
}

// sync sends a mark behind everything that was accepted so far. An ended source needs none: its end is a mark. False: the run
// stopped, or cancelled was closed, before there was room.
func (s *Source[T]) sync(mark int64, cancelled <-chan struct{}) bool {
	if !s.enter() {
		return true
	}
	defer s.sending.Done()
	return s.out.put(message[T]{kind: syncRequest, input: s.out.input, mark: mark}, cancelled, nil)
}

// enter admits a send, which then calls sending.Done. False: the source has ended.
func (s *Source[T]) enter() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended {
		return false
	}
	s.sending.Add(1)
	return true
}
