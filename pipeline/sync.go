package pipeline

import "context"

// Sync waits until everything that was sent before the call has reached the sinks, as far as the
// processors release it, and all sinks have synced it. A processor is free to hold items back; Sync
// does not flush it. If ctx ends first, Sync returns context.Cause(ctx). If the run stops, Sync
// returns the run's cause.
func (r *Run) Sync(ctx context.Context) error {
	marks, ok := r.sendMarks(ctx)
	for _, m := range marks {
		select {
		case <-m.done:
			continue
		case <-r.ctx.Done():
		case <-ctx.Done():
		}
		ok = false
		break
	}
	if ok {
		return nil
	}
	if r.stopped() && isClosed(r.closing) {
		<-r.finished // the run may still come to its natural end
	}
	return r.causeOr(context.Cause(ctx))
}

// sendMarks announces a new mark to all sinks and then sends it through all sources. It serves one
// call at a time, so that marks rise in every queue. Not ok: the run stopped or finished, or ctx
// ended.
func (r *Run) sendMarks(ctx context.Context) (marks []*syncMark, ok bool) {
	select {
	case r.marking <- struct{}{}:
		defer func() { <-r.marking }()
	case <-ctx.Done():
		return nil, false
	}
	r.lastMark++
	for _, requests := range r.syncs {
		m := &syncMark{mark: r.lastMark, done: make(chan struct{})}
		select {
		case requests <- m:
			marks = append(marks, m)
		case <-r.ctx.Done():
			return nil, false
		case <-ctx.Done():
			return nil, false
		}
	}
	for _, s := range r.sources {
		if !s.sync(r.lastMark, ctx.Done()) {
			return nil, false
		}
	}
	return marks, true
}
