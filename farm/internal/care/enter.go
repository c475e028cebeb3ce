package care

import (
	"context"
	"slices"
)

// seatKey is the key of a task's seat in its context.
type seatKey struct{}

// Begin gives a task its seat. The caller calls end when the task has ended.
func (s *Slots) Begin(ctx context.Context) (inner context.Context, end func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	w := &seat{}
	s.seats[w] = true
	return context.WithValue(ctx, seatKey{}, w), func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.seats, w)
		s.ended++
		s.wake()
	}
}

// Enter waits until a task with so many threads may run; if alone, until no other one runs. Tasks
// run in the order in which they came. The caller calls leave. The error is the cause of ctx, or
// that of Close.
func (s *Slots) Enter(ctx context.Context, threads int, alone bool) (leave func(), err error) {
	w, _ := ctx.Value(seatKey{}).(*seat)
	if w == nil {
		w = &seat{} // of a task that the SDK does not run
	}
	if err := s.queue(w, threads, alone); err != nil {
		return nil, err
	}
	select {
	case <-w.ready:
	case <-ctx.Done():
		if s.giveUp(w) {
			return nil, context.Cause(ctx)
		}
	}
	if w.err != nil {
		return nil, w.err
	}
	return func() { s.leave(w) }, nil
}

// queue puts a task at the end of the line.
func (s *Slots) queue(w *seat, threads int, alone bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.refusal != nil {
		return s.refusal
	}
	w.threads, w.alone, w.err = min(max(1, threads), s.threads), alone, nil
	w.ready = make(chan struct{})
	s.expect = w.threads
	if _, known := s.seats[w]; known {
		s.seats[w] = true
	}
	s.line = append(s.line, w)
	s.advance()
	s.wake() // the number of threads is known now
	return nil
}

// giveUp takes a task out of the line; false: it is not in the line any more.
func (s *Slots) giveUp(w *seat) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.Index(s.line, w)
	if i < 0 {
		return false
	}
	s.line = slices.Delete(s.line, i, i+1)
	s.stand(w)
	return true
}

// leave ends the running of a task. A second call does nothing.
func (s *Slots) leave(w *seat) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.Index(s.running, w)
	if i < 0 {
		return
	}
	s.running = slices.Delete(s.running, i, i+1)
	s.stand(w)
}

// stand frees the place of a task, for those in the line and for pollers.
func (s *Slots) stand(w *seat) {
	w.alone = false
	if _, known := s.seats[w]; known {
		s.seats[w] = false
	}
	s.advance()
	s.wake()
}

// advance lets the first tasks of the line run.
func (s *Slots) advance() {
	for len(s.line) > 0 && s.fits(s.line[0]) {
		s.running = append(s.running, s.line[0])
		close(s.line[0].ready)
		s.line = s.line[1:]
	}
}

// fits reports whether a task may run beside those that run.
func (s *Slots) fits(w *seat) bool {
	if len(s.running) == 0 {
		return true
	}
	threads := w.threads
	for _, r := range s.running {
		if r.alone {
			return false
		}
		threads += r.threads
	}
	return !w.alone && len(s.running) < s.jobs && threads <= s.threads
}
