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
	name   string
	stream int
	in     *inbox[In]
	copies []*worker[In]
	turns  turns
	finish func()                                 // ends the outgoing edges; nil: there are none
	syncs  chan *syncMark                         // requests to a sink; nil for all others
	accept func(context.Context, *syncMark) error // passes a request to the sink

	running atomic.Int32 // copies that have not left
	holding atomic.Int32 // copies that work on an item
	taken   atomic.Int64
	emitted atomic.Int64
}

func newActor[In any](p *parts, name string, stream int, in *inbox[In], copies int) *actor[In] {
	if copies == 0 {
		panic("pipeline: " + name + " has no processor")
	}
	a := &actor[In]{run: p.life, name: name, stream: stream, in: in, turns: newTurns(copies)}
	a.running.Store(int32(copies))
	p.actors = append(p.actors, a)
	return a
}

// leave is called by each copy when it is done. It frees what is left in the inbox, until no
// producer can add to it. After that the last copy ends the actor's own outgoing edges.
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
		activity, stalled := w.pulse.look(w.watched)
		if stalled {
			a.run.fail(a.name, a.stream, &StallError{Activity: activity, For: timeout, Waiting: a.in.waiting()})
		}
	}
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
