package pipeline

import (
	"context"
	"math"
	"slices"
)

// sinkStage is a sink, and the marks that have reached it.
type sinkStage[In any] struct {
	node    Sink[In]
	passed  []int64 // by input: the last mark that arrived
	waiting []*syncMark
}

func (s *sinkStage[In]) consume(ctx context.Context, m message[In]) error {
	switch m.kind {
	case syncRequest:
		s.passed[m.input] = m.mark
		return s.complete(ctx)
	case endOfInput:
		s.passed[m.input] = math.MaxInt64
		if err := s.node.EndInput(ctx, m.input); err != nil {
			return err
		}
		return s.complete(ctx)
	default:
		return s.node.Consume(ctx, m.input, m.v)
	}
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
