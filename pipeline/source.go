package pipeline

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// Source is where items enter a graph from outside. Any number of goroutines may use it at the same
// time.
type Source[T any] struct {
	out     *Outlet[T]
	sending sync.WaitGroup // one for each send under way

	fed atomic.Int64 // when it last accepted an item, in nanoseconds since the run was made; 0: never

	mu    sync.Mutex
	ended bool
	calls int  // how many calls that feed the source are under way
	call  span // the one under way, or the last one
}

// NewSource adds a source to the graph. Items sent to it come out of the outlet in order.
func NewSource[T any](run *Run, name string, stream int) (*Source[T], *Outlet[T]) {
	s := &Source[T]{out: newOutlet[T](run, name, stream)}
	run.sources = append(run.sources, s)
	return s, s.out
}

// Send hands v over and blocks while the queue is full. Ownership of v passes with the call, also
// when it fails. Send returns the run's cause once the run has stopped, ErrEnded after End, and
// context.Cause(ctx) if ctx ends first. If the source has several consumers and ctx ends while Send
// waits for one of them, others may have got v.
func (s *Source[T]) Send(ctx context.Context, v T) error {
	if !s.enter() {
		s.out.refuse(v)
		return s.out.run.causeOr(ErrEnded)
	}
	defer s.sending.Done()
	if !s.out.send(message[T]{v: v}, ctx.Done(), nil) {
		return s.out.run.causeOr(context.Cause(ctx))
	}
	s.fed.Store(int64(s.out.run.age()))
	return nil
}

// BeginCall says that the program begins a call that feeds the source, with any number of sends.
// EndCall says that the call has ended. A sink learns of such calls through SilentAt of its Supply.
func (s *Source[T]) BeginCall() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls++
	if s.calls == 1 {
		s.call = span{begin: s.out.run.age()}
	}
}

// EndCall says that a call has ended of which BeginCall told.
func (s *Source[T]) EndCall() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls--
	if s.calls == 0 {
		s.call.end = s.out.run.age()
	}
}

// End says that nothing more will be sent: from now on Send returns ErrEnded. End waits for the
// sends under way. A second call does nothing.
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

// sync sends a mark behind everything that was accepted so far. A source that has ended needs none,
// because its end is a mark. False: the run stopped, or cancelled was closed, before there was
// room.
func (s *Source[T]) sync(m *mark, cancelled <-chan struct{}) bool {
	if s.hasEnded() {
		return true
	}
	if !s.room().enterMark(s.out.run.ctx.Done(), cancelled) {
		return false
	}
	if !s.enter() {
		s.room().leaveMark()
		return true
	}
	defer s.sending.Done()
	return s.out.send(message[T]{kind: syncRequest, mark: m}, cancelled, nil)
}

// room returns the room that begins at the source; nil: none does.
func (s *Source[T]) room() *Room { return s.out.first.queue.Room }

// Dropped says that the program has fed an item for which there was no place in the room. The
// source counts as fed.
func (s *Source[T]) Dropped() { s.fed.Store(int64(s.out.run.age())) }

// enter admits a send, which must call sending.Done when it is over. False: the source has ended.
func (s *Source[T]) enter() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended {
		return false
	}
	s.sending.Add(1)
	return true
}

// hasEnded says whether nothing more will be sent.
func (s *Source[T]) hasEnded() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ended
}

func (s *Source[T]) streamOf() int { return s.out.stream }

func (s *Source[T]) fedAt() time.Duration { return time.Duration(s.fed.Load()) }

func (s *Source[T]) lastCall() span {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.call
}
