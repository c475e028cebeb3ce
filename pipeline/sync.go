package pipeline

import "context"

// Sync waits until everything that was sent before the call has reached the required sinks, as far
// as the processors release it, and all of these sinks have synced it. A processor is free to hold
// items back; Sync does not flush it. If ctx ends first, Sync returns context.Cause(ctx). If the
// run stops, Sync returns the run's cause. Sync does not wait for guests, nor for sinks that leave.
func (r *Run) Sync(ctx context.Context) error {
	marks, ok := r.sendMarks(ctx)
	for _, m := range marks {
		ok = ok && m.await(ctx)
	}
	if ok {
		return nil
	}
	if r.stopped() && isClosed(r.closing) {
		<-r.finished // the run may still come to its natural end
	}
	return r.causeOr(context.Cause(ctx))
}

// sendMarks announces a new mark to all required sinks and then sends it through all sources. Not
// ok: the run stopped or finished, or ctx ended.
func (r *Run) sendMarks(ctx context.Context) (marks []*syncMark, ok bool) {
	if r.stopped() || !r.beginMark(ctx.Done()) {
		return nil, false
	}
	defer r.endMark()
	for _, seat := range r.seated() {
		if seat.guest {
			continue
		}
		m := &syncMark{mark: r.lastMark, seat: seat, done: make(chan struct{})}
		if !m.request(ctx) {
			return nil, false
		}
		marks = append(marks, m)
	}
	m := &mark{number: r.lastMark}
	for _, s := range r.sources {
		if !s.sync(m, ctx.Done()) {
			return nil, false
		}
	}
	return marks, true
}

// sendLeaveMark sends a mark for one sink through the sources from which items come to it.
func (r *Run) sendLeaveMark(seat *Seat) {
	if !r.beginMark(seat.ctx.Done()) {
		return
	}
	defer r.endMark()
	m := &mark{number: r.lastMark, only: seat}
	for _, s := range r.sources {
		if seat.takes(s.streamOf()) && !s.sync(m, seat.ctx.Done()) {
			return
		}
	}
}

// beginMark begins to send a new mark. One mark is sent after another, so that marks rise in every
// queue. False: cancelled was closed first.
func (r *Run) beginMark(cancelled <-chan struct{}) bool {
	select {
	case r.marking <- struct{}{}:
		r.lastMark++
		return true
	case <-cancelled:
		return false
	}
}

func (r *Run) endMark() { <-r.marking }

// request announces the mark to the sink. False: the run stopped or finished, or ctx ended. A sink
// that leaves, or has left, needs no mark.
func (m *syncMark) request(ctx context.Context) bool {
	select {
	case m.seat.syncs <- m:
		return true
	case <-m.seat.leaving:
		return true
	case <-m.seat.ctx.Done():
		return !m.seat.run.stopped()
	case <-ctx.Done():
		return false
	}
}

// await waits until the sink has synced, leaves, or has left. False: the run stopped or finished,
// or ctx ended.
func (m *syncMark) await(ctx context.Context) bool {
	select {
	case <-m.done:
		return true
	case <-m.seat.leaving:
		return isClosed(m.done) || !m.seat.run.stopped()
	case <-m.seat.ctx.Done():
		return isClosed(m.done) || !m.seat.run.stopped()
	case <-ctx.Done():
		return false
	}
}
