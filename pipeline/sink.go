package pipeline

import (
	"context"
	"math"
	"slices"
	"time"
)

// syncMark is one call of Run.Sync at one sink: it is done when every input has passed the mark or ended.
type syncMark struct {
	mark int64
	done chan struct{}
}

// sinkStage is a sink, and what it knows of the marks that have reached it.
type sinkStage[In any] struct {
	run     *Run
	node    Sink[In]
	passed  []int64 // by input: the last mark that came through
	waiting []*syncMark
}

func (s *sinkStage[In]) consume(m message[In], _ int64) (time.Duration, error) {
	switch m.kind {
	case syncRequest:
		s.passed[m.input] = m.mark
		return 0, s.complete()
	case endOfInput:
		s.passed[m.input] = math.MaxInt64
		if err := s.node.EndInput(s.run.ctx, m.input); err != nil {
			return 0, err
		}
		return 0, s.complete()
	default:
		return 0, s.node.Consume(s.run.ctx, m.input, m.v)
	}
}

// accept takes a request to sync, which is sent before its marks are.
func (s *sinkStage[In]) accept(mark *syncMark) error {
	s.waiting = append(s.waiting, mark)
	return s.complete()
}

// complete syncs for the requests whose marks have all come through.
func (s *sinkStage[In]) complete() error {
	ready := slices.Min(s.passed)
	due := 0
	for due < len(s.waiting) && s.waiting[due].mark <= ready {
		due++
	}
	if due == 0 {
		return nil
	}
	if syncer, ok := s.node.(Syncer); ok {
		if err := syncer.Sync(s.run.ctx); err != nil {
			return err
		}
	}
	for _, w := range s.waiting[:due] {
		close(w.done)
	}
	s.waiting = slices.Delete(s.waiting, 0, due)
	return nil
}

func (s *sinkStage[In]) flush(int64) (time.Duration, error) { return 0, s.node.Flush(s.run.ctx) }

func (s *sinkStage[In]) close() { s.node.Close() }

// Sync waits until everything that was sent before the call has reached the sinks, as far as the processors release it, and the
// sinks have synced it. A processor is free to hold items back; Sync does not flush it. Where ctx ends first it returns
// context.Cause(ctx), and where the run stops, the run's cause.
func (r *Run) Sync(ctx context.Context) error {
	marks, err := r.sendMarks(ctx)
	if err != nil {
		return err
	}
	for _, m := range marks {
		select {
		case <-m.done:
		case <-r.ctx.Done():
			return r.causeOr(nil)
		case <-ctx.Done():
			return r.causeOr(context.Cause(ctx))
		}
	}
	return nil
}

// sendMarks announces a new mark to all sinks and sends it through all sources, one call at a time, so that marks rise in every queue.
func (r *Run) sendMarks(ctx context.Context) ([]*syncMark, error) {
	select {
	case r.marking <- struct{}{}:
		defer func() { <-r.marking }()
	case <-ctx.Done():
		return nil, r.causeOr(context.Cause(ctx))
	}
	r.lastMark++
	var marks []*syncMark
	for _, requests := range r.syncs {
		m := &syncMark{mark: r.lastMark, done: make(chan struct{})}
		select {
		case requests <- m:
			marks = append(marks, m)
		case <-r.ctx.Done():
			return nil, r.causeOr(nil)
		case <-ctx.Done():
			return nil, r.causeOr(context.Cause(ctx))
		}
	}
	for _, s := range r.sources {
		if !s.sync(ctx, r.lastMark) {
			return nil, r.causeOr(context.Cause(ctx))
		}
	}
	return marks, nil
}
