package pipeline

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// stage is one copy of a node as the loop sees it: a processor or a sink, with the outlet behind
// it.
type stage[In any] interface {
	consume(ctx context.Context, m message[In]) error // an item, which passes to the node, or a mark
	flush(ctx context.Context) error
	close()
}

// actor is a node in the graph. It holds what the copies of the node have in common.
type actor[In any] struct {
	run    *life
	ctx    context.Context //nolint:containedctx // of the run or, for a sink, of its seat
	name   string
	stream int
	in     *inbox[In]
	copies []*worker[In]
	turns  turns
	finish func()                                 // ends the outgoing edges; nil: there are none
	seat   *Seat                                  // of a sink; nil: a processor
	syncs  chan *syncMark                         // requests to a sink; nil: a processor
	accept func(context.Context, *syncMark) error // passes a request to the sink
	unplug func()                                 // disconnects a sink from its outlets

	admissions []*admission[In] // of a sink that does not take every item

	running atomic.Int32 // copies that have not left
	holding atomic.Int32 // copies that work on an item
	taken   atomic.Int64
	emitted atomic.Int64
}

func newActor[In any](run *life, name string, stream int, in *inbox[In], copies int) *actor[In] {
	if copies == 0 {
		panic("pipeline: " + name + " has no processor")
	}
	a := &actor[In]{run: run, ctx: run.ctx, name: name, stream: stream, in: in, turns: newTurns(copies)}
	a.running.Store(int32(copies))
	return a
}

// stopped says whether the actor takes nothing more: the run has stopped, or the sink was stopped
// alone.
func (a *actor[In]) stopped() bool { return a.ctx.Err() != nil }

// leave is called by each copy of a processor when it is done. It frees what is left in the inbox,
// until no producer can add to it. After that the last copy ends the actor's own outgoing edges.
func (a *actor[In]) leave() {
	for m := range a.in.ch {
		a.in.discard(m)
	}
	left := a.running.Add(-1)
	if left == 0 && a.finish != nil {
		a.finish()
	}
}

func (a *actor[In]) stats() NodeStats {
	s := NodeStats{Name: a.name, Stream: a.stream, Copies: len(a.copies), Out: a.emitted.Load()}
	s.In = a.taken.Load() // after Out, so that In is never less
	for _, w := range a.copies {
		w.clock.addTo(&s)
		s.Held += w.held.Load()
	}
	if a.finish != nil && a.copies[0].holder == nil && a.running.Load() > 0 {
		s.Held = max(0, s.In-s.Out)
	}
	return s
}

func (a *actor[In]) streamOf() int { return a.stream }

// underway says whether an item of this stream waits for the node, or the node works on one. The
// queue is looked at first: an item that has left the queue since then is found in the node or
// behind it. While an item is between the two, the counters of the edge still hold it.
func (a *actor[In]) underway(stream int) bool {
	for _, e := range a.in.edges {
		if e.stream == stream && e.stats().Queued > 0 {
			return true
		}
	}
	return a.stream == stream && (len(a.in.ch) > 0 || a.holding.Load() > 0)
}

func (a *actor[In]) failIfStalled(timeout time.Duration) {
	for _, w := range a.copies {
		activity, stalled := w.pulse.stall.look(&w.pulse, w.watched)
		if stalled {
			a.stalled(&StallError{Activity: activity, For: timeout, Waiting: a.in.waiting()})
		}
	}
}

// stalled ends the run or, if the actor is a guest, its seat.
func (a *actor[In]) stalled(err *StallError) {
	failure := &NodeError{Node: a.name, Stream: a.stream, Err: err}
	if a.seat != nil && a.seat.guest {
		a.seat.fail(failure)
		return
	}
	a.run.cancel(failure)
}

// stuck says whether a copy has not closed yet. In a run that stopped a while ago, that copy is in
// a call that does not return.
func (a *actor[In]) stuck() bool {
	return slices.ContainsFunc(a.copies, func(w *worker[In]) bool { return !w.closed.Load() })
}

// wake wakes the copies that are stuck, each from a separate goroutine, because a call to wake may
// block as well.
func (a *actor[In]) wake(waking *sync.WaitGroup) {
	for _, w := range a.copies {
		if w.waker != nil && !w.closed.Load() {
			waking.Go(w.wake)
		}
	}
}
