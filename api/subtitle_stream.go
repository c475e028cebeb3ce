package api

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/avloom/avloom/internal/fault"
	"github.com/avloom/avloom/internal/graph"
	"github.com/avloom/avloom/internal/plan"
	"github.com/avloom/avloom/pipeline"
)

// SubtitleStream is a stream of subtitles of an Encoder. Its methods are safe for use by several
// goroutines at once. Calls take turns in the order in which they arrive.
//
// A stream of subtitles never holds another stream back: no packet of pictures or sound waits for a
// cue. Cues that come in time stand beside the pictures of their time in the file, and cues that
// come late stand behind them; both are shown at their times.
type SubtitleStream struct {
	feed
	plan  *plan.Subtitles
	in    *graph.SubtitleInput // of the running graph; set by Open
	order plan.CueOrder        // guarded by the turn
	last  atomic.Int64         // where the cues end so far, as a time.Duration
}

func newSubtitleStream(e *Encoder, index int, planned *plan.Subtitles) *SubtitleStream {
	return &SubtitleStream{feed: newFeed(e, index), plan: planned}
}

func (s *SubtitleStream) planned() graph.Stream { return graph.Stream{Subtitles: s.plan} }

func (s *SubtitleStream) connect(in graph.OpenStream) { s.in = in.Subtitles }

func (s *SubtitleStream) count(t *StreamStats) { t.Fed = time.Duration(s.last.Load()) }

func (s *SubtitleStream) finish() {}

// AddCue adds a text that is shown from c.Start to c.End.
//
// Cues come in the order of their starts, and may overlap, unless a container holds mov_text (mp4,
// mov), which shows one cue at a time. They may come long before the pictures of their time, or
// after them. If all other streams have ended, a cue must begin before they do.
//
// A cue is in all outputs that are open when it is added. An output that AddOutput adds later does
// not have it, even if it is shown after that output began. OutputHandle.Close writes the cues that
// are ahead of the pictures too, so that such a file lasts as long as its last cue.
//
// A cue that the outputs of Open cannot hold is a *ConfigError, and nothing of it is accepted; the
// next one can be right. AddCue waits while the queues are full, which is only the case when an
// output is slow. When ctx ends first, the error is a *PartialError, and the cue was not accepted.
func (s *SubtitleStream) AddCue(ctx context.Context, c Cue) error {
	cue, err := plan.NewCue(plan.Cue(c))
	if err != nil {
		return s.refuse(err)
	}
	r, err := s.beginTurn(ctx)
	if err != nil {
		return err
	}
	defer s.endTurn()
	if err := s.check(plan.Cue(c), cue); err != nil {
		return err
	}
	s.in.Source.BeginCall()
	defer s.in.Source.EndCall()
	if err := s.in.Source.Send(ctx, cue); err != nil {
		return r.callError(err, 0)
	}
	s.order.Accept(plan.Cue(c), cue)
	s.last.Store(max(s.last.Load(), int64(c.End)))
	return nil
}

// check returns an error for a cue that the outputs cannot hold, or that cannot follow the one
// before. The caller has the turn.
func (s *SubtitleStream) check(c plan.Cue, cue pipeline.Cue) error {
	return fault.First(
		plan.CheckCueText(cue.Text, s.in.Rules), s.in.CheckTimes(c.Start, c.End),
		s.order.Check(c, cue, s.in.Rules), s.encoder.checkBeyondEnd(c.Start),
	)
}

// End ends the stream: it gets no more cues. The other streams go on. A second End does nothing.
func (s *SubtitleStream) End() error {
	return s.end(func() { s.in.Source.End() })
}
