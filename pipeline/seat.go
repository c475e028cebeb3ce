package pipeline

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Seat is the place of one sink in a graph. All methods may be called from any goroutine, once the
// run was started.
type Seat struct {
	run   *Run
	name  string
	guest bool
	actor sinkActor

	patience time.Duration // how long a guest has for its end
	edges    []*edge

	ctx    context.Context //nolint:containedctx // of the sink's node; ends when the sink has left, or the run has stopped
	cancel context.CancelCauseFunc

	syncs     chan<- *syncMark // requests to the sink
	leaveOnce sync.Once
	leaving   chan struct{} // closed when the sink has been asked to leave
	done      chan struct{} // closed when the sink has ended
	flushed   atomic.Bool   // the sink counts as flushed

	mu    sync.Mutex
	err   error
	alone bool // the sink was stopped, and the run goes on
	over  bool // done is closed, or will be soon
}

func newSeat(run *Run, name string, guest bool) *Seat {
	s := &Seat{run: run, name: name, guest: guest, leaving: make(chan struct{}), done: make(chan struct{})}
	s.ctx, s.cancel = context.WithCancelCause(run.ctx)
	return s
}

// Leave finishes this sink alone, while the others go on. A mark travels through the graph behind
// all that was accepted before the call, as that of Run.Sync does, and reaches this sink alone.
// What processors hold back does not come any more. An input on which the mark has come has ended.
// After the last one the sink is flushed and closed.
//
// Leave returns when the sink has ended, with Err. If ctx ends first, Leave returns
// context.Cause(ctx), and the sink goes on leaving. Another call waits for the same end. A required
// sink that cannot be flushed does not stop the run, but the run's result is that failure.
//
// A guest is stopped if one call into it lasts for a second and its ClosingTime, from the call of
// Leave on, without progress that a Watched node tells of. It is woken then, if it is a Waker, and
// left behind if that does not help.
func (s *Seat) Leave(ctx context.Context) error {
	s.leaveOnce.Do(func() {
		close(s.leaving)
		go s.leave()
	})
	select {
	case <-s.done:
	case <-ctx.Done():
		if !isClosed(s.done) {
			return context.Cause(ctx)
		}
	}
	return s.Err()
}

// Stop ends this sink alone, at once: what waits for it is freed, it is not flushed, and it is
// closed. cause becomes its error; nil: ErrAborted. Stop does not wait for the end. If a call into
// the sink does not return, the sink is woken after 0.1 s, if it is a Waker, and left behind 0.8 s
// later. Run.Stats counts it then.
func (s *Seat) Stop(cause error) {
	if cause == nil {
		cause = ErrAborted
	}
	s.end(cause, wakeAfter, abandonAfter)
}

// Done is closed when the sink has ended: it was closed or, after a call that did not return, left
// behind.
func (s *Seat) Done() <-chan struct{} { return s.done }

// Err returns why the sink ended: its own failure as a NodeError, the cause that Stop was given, or
// the cause of the run that stopped. nil: the sink goes on, or was flushed and closed without a
// failure.
func (s *Seat) Err() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.over {
		return nil
	}
	return s.err
}

// SeatStats counts what one sink did. The figures stay after its end.
type SeatStats struct {
	QueueStats
	Node  NodeStats
	Edges []EdgeStats // by input
}

// QueueStats counts what waits for one sink, over all inputs.
type QueueStats struct {
	Queued int   // items waiting now
	Depth  int   // how many items may wait
	Lost   int64 // items that a guest lost
	Losing bool  // some input of a guest is losing items now
}

// Stats is a snapshot of the counters. It can be taken at any time.
func (s *Seat) Stats() SeatStats {
	all := SeatStats{QueueStats: s.Queue(), Node: s.actor.stats()}
	for _, e := range s.edges {
		all.Edges = append(all.Edges, e.stats())
	}
	return all
}

// Queue is a snapshot of the counters of the queue alone. It allocates nothing.
func (s *Seat) Queue() QueueStats {
	q := QueueStats{Depth: s.actor.depth(), Losing: s.actor.losing()}
	for _, e := range s.edges {
		one := e.stats()
		q.Queued += one.Queued
		q.Lost += one.Lost
	}
	q.Queued = min(q.Queued, q.Depth) // the rest were received, as in edge.stats
	return q
}

// leave sends the mark of a sink that leaves.
func (s *Seat) leave() {
	if s.guest {
		go s.watchLeaving()
	}
	s.run.sendLeaveMark(s)
}

// takes says whether items of a stream come to the sink.
func (s *Seat) takes(stream int) bool {
	return slices.ContainsFunc(s.edges, func(e *edge) bool { return e.stream == stream })
}
