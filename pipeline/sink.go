package pipeline

import (
	"context"
	"math"
	"slices"
)

// sinkStage is a sink, and the marks that have reached it.
type sinkStage[In any] struct {
	node    Sink[In]
	passed  []int64 // by input: the last mark that arrived; MaxInt64: the input has ended
	over    bool    // all inputs have ended
	waiting []*syncMark
}

// newSinkWorker adds to the actor of a sink the worker that runs it.
func newSinkWorker[In any](a *actor[In], sink Sink[In]) *worker[In] {
	w := newWorker(a, sink)
	w.sink = &sinkStage[In]{node: sink, passed: make([]int64, len(a.in.edges))}
	w.stage = w.sink
	w.alarm.node, _ = sink.(Ticker)
	a.syncs, a.accept = make(chan *syncMark), w.sink.accept
	a.copies = append(a.copies, w)
	return w
}

func (s *sinkStage[In]) consume(ctx context.Context, m message[In]) error {
	switch {
	case m.kind == item:
		return s.node.Consume(ctx, m.input, m.v)
	case s.ended(m.input):
		return nil
	case m.kind == syncRequest && m.mark.only == nil:
		s.passed[m.input] = m.mark.number
		return s.complete(ctx)
	default:
		return s.endInput(ctx, m.input)
	}
}

func (s *sinkStage[In]) ended(input int) bool { return s.passed[input] == math.MaxInt64 }

// endInput ends an input: its producer has finished, or the sink leaves.
func (s *sinkStage[In]) endInput(ctx context.Context, input int) error {
	s.passed[input] = math.MaxInt64
	s.over = slices.Min(s.passed) == math.MaxInt64
	err := s.node.EndInput(ctx, input)
	if err != nil {
		return err
	}
	return s.complete(ctx)
}

// accept takes a request to sync. Run.Sync sends the request before it sends the marks.
func (s *sinkStage[In]) accept(ctx context.Context, mark *syncMark) error {
	s.waiting = append(s.waiting, mark)
	return s.complete(ctx)
}

// complete syncs, if all marks of a request have arrived, and says so to those who wait.
func (s *sinkStage[In]) complete(ctx context.Context) error {
	ready := slices.Min(s.passed)
	due := 0
	for due < len(s.waiting) && s.waiting[due].mark <= ready {
		due++
	}
	if due == 0 {
		return nil
	}
	if syncer, ok := s.node.(Syncer); ok {
		if err := syncer.Sync(ctx); err != nil {
			return err
		}
	}
	for _, w := range s.waiting[:due] {
		close(w.done)
	}
	s.waiting = slices.Delete(s.waiting, 0, due)
	return nil
}

func (s *sinkStage[In]) flush(ctx context.Context) error { return s.node.Flush(ctx) }

func (s *sinkStage[In]) close() { s.node.Close() }
