package pipeline

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
	"time"
)

// guestPatience is how long a guest has for its end, beside Guest.ClosingTime: for each call when
// it leaves, and for all together when the run is closed.
const guestPatience = time.Second

// abandonLateAfter is how long after it was woken a guest is left behind that has had its time. A
// connection of FFmpeg looks every 0.1 s whether it was woken, and closing one of SRT always takes
// a little more than a second.
const abandonLateAfter = 400 * time.Millisecond

// errLate is the error of a guest that was stopped because it did not end: one whose reader sleeps,
// for instance. It is os.ErrDeadlineExceeded.
var errLate = fmt.Errorf("%w", os.ErrDeadlineExceeded)

// fail ends a guest because of a failure.
func (s *Seat) fail(err error) { s.end(err, wakeAfter, abandonAfter) }

// failLate ends a guest that has had its time. If what it is doing turns out well before it is left
// behind, it has no error.
func (s *Seat) failLate() {
	err := fmt.Errorf("did not finish within %v: %w", s.patience, errLate)
	s.end(&NodeError{Node: s.name, Stream: NoStream, Err: err}, 0, abandonLateAfter)
}

// note keeps the first failure of a sink.
func (s *Seat) note(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err == nil {
		s.err = err
	}
}

// stopped says whether the sink was stopped while the run goes on.
func (s *Seat) stopped() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.alone
}

// end takes the sink out of a run that goes on, and makes it end soon.
func (s *Seat) end(err error, wakeAfter, abandonAfter time.Duration) {
	s.mu.Lock()
	if s.over || s.alone || s.run.stopped() {
		s.mu.Unlock()
		return
	}
	s.alone = true
	if s.err == nil {
		s.err = err
	}
	s.mu.Unlock()
	s.cancel(err)
	s.actor.detach()
	go s.awaitEnd(wakeAfter, abandonAfter)
}

// awaitEnd waits for the end of a sink that was stopped. It wakes the sink if it does not end, and
// leaves it behind if that does not help.
func (s *Seat) awaitEnd(wakeAfter, abandonAfter time.Duration) {
	if within(time.After(wakeAfter), s.done) {
		return
	}
	var waking sync.WaitGroup
	s.actor.wake(&waking)
	if !within(time.After(abandonAfter), s.done) {
		s.leaveBehind()
	}
}

// leaveBehind ends the seat of a sink that is in a call that does not return.
func (s *Seat) leaveBehind() {
	s.finish(false, func() { s.run.abandoned.Add(1) })
}

// finish ends the seat, unless it has ended: the sink is closed, or left behind. Good: the sink was
// flushed and closed without a failure. note is called before anybody learns of the end.
func (s *Seat) finish(good bool, note func()) {
	alone, first := s.conclude(good)
	if !first {
		return
	}
	note()
	if alone || isClosed(s.leaving) {
		s.leaveGraph()
	}
	if !s.guest {
		s.countEnd(good || alone)
	}
	close(s.done)
}

// conclude makes the error of the sink final. Alone: the sink was stopped while the run goes on.
// Not first: the seat has ended already.
func (s *Seat) conclude(good bool) (alone, first bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.over {
		return false, false
	}
	s.over = true
	if good && errors.Is(s.err, errLate) {
		s.err = nil
	}
	if s.err == nil && !good {
		s.err = s.run.causeOr(ErrAborted)
	}
	return s.alone, true
}

// leaveGraph removes all traces of the sink from a run that goes on.
func (s *Seat) leaveGraph() {
	s.cancel(nil)
	s.actor.detach()
	r := s.run
	r.mu.Lock()
	defer r.mu.Unlock()
	r.actors = slices.DeleteFunc(r.actors, func(a anyActor) bool { return a == s.actor })
	r.edges = slices.DeleteFunc(r.edges, func(e *edge) bool { return slices.Contains(s.edges, e) })
	r.seats = slices.DeleteFunc(r.seats, func(other *Seat) bool { return other == s })
}

// countEnd counts the end of a required sink.
func (s *Seat) countEnd(complete bool) {
	s.countFlushed()
	if complete {
		s.run.incomplete.Add(-1)
	}
	s.run.running.Done()
}

// countFlushed counts a required sink as flushed, with or without success.
func (s *Seat) countFlushed() {
	if !s.guest && !s.flushed.Swap(true) {
		s.run.sinkFlushed()
	}
}

// watchLeaving stops a guest that leaves and stays inside one call for too long.
func (s *Seat) watchLeaving() {
	ticker := time.NewTicker(s.patience / looks)
	defer ticker.Stop()
	for {
		select {
		case <-s.done:
			return
		case <-s.ctx.Done():
			return
		case <-ticker.C:
			if s.actor.late() {
				s.failLate()
			}
		}
	}
}
