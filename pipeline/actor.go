package pipeline

import (
	"context"
	"errors"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// NodeStats counts what a node did, all of its copies together.
type NodeStats struct {
	Name   string
	Stream int // NoStream for the muxer
	Copies int // how many work at the same time

	In   int64 // items taken
	Out  int64 // items sent on; a sink sends nothing on
	Held int64 // how much it holds, in what a Holder counts in; of all others: items taken and not sent on

	// Where the time went. What goes on counts up to now, and together they are Copies times the node's life.
	Busy    time.Duration // in the node
	Blocked time.Duration // waiting for room in the next queue
	Idle    time.Duration // waiting for an item, or for other copies' turns
	InCall  time.Duration // how long it has been busy now, without a pause; 0: it is not
}

// stage is one copy of a node as the loop sees it: a processor or a sink, with what lies behind it.
type stage[In any] interface {
	consume(ctx context.Context, m message[In]) error // an item, which passes to the node, or a mark
	flush(ctx context.Context) error
	close()
}

// actor is a node in the graph: what its copies have in common.
type actor[In any] struct {
	run    *Run
	name   string
	stream int
	in     *inbox[In]
	copies []*worker[In]
	turns  turns
	finish func()                                 // ends the outgoing edge; nil: there is none
	syncs  chan *syncMark                         // requests to a sink; nil for all others
	accept func(context.Context, *syncMark) error // what the sink does with one

	running atomic.Int32 // copies that have not left
	holding atomic.Int32 // copies that have an item in hand
	taken   atomic.Int64
	emitted atomic.Int64
}

// leave is called by each copy when it is done. It frees what is left in the inbox, until no producer can add to it; only then
// does the last copy end the actor's own outgoing edge.
func (a *actor[In]) leave() {
	for m := range a.in.ch {
		a.in.discard(m)
	}
	if a.running.Add(-1) == 0 && a.finish != nil {
		a.finish()
	}
}

func (a *actor[In]) stats() NodeStats {
	s := NodeStats{Name: a.name, Stream: a.stream, Copies: len(a.copies), Out: a.emitted.Load()}
	s.In = a.taken.Load() // after Out, so that it is never less
	for _, w := range a.copies {
		w.clock.addTo(&s)
		s.Held += w.held.Load()
	}
	if a.finish != nil && a.copies[0].holder == nil && a.running.Load() > 0 {
		s.Held = max(0, s.In-s.Out)
	}
	return s
}

// stuck says whether a copy has not closed yet. In a run that stopped a while ago, that copy is in a call that does not return.
func (a *actor[In]) stuck() bool {
	return slices.ContainsFunc(a.copies, func(w *worker[In]) bool { return !w.closed.Load() })
}

// wake wakes the copies that are stuck, each from a goroutine of its own, because a call to wake may block as well.
func (a *actor[In]) wake(waking *sync.WaitGroup) {
	for _, w := range a.copies {
		if w.waker != nil && !w.closed.Load() {
			waking.Go(w.wake)
		}
	}
}

// worker is one copy of a node and what its goroutine knows.
type worker[In any] struct {
	*actor[In]
	stage   stage[In]
	waker   Waker   // nil: the node cannot be woken
	watched Watched // nil: it says nothing of what it does
	holder  Holder  // nil: the node does not say what it holds
	pulse   pulse
	alarm   alarm

	turn    int  // of the message in hand
	serving bool // the turn has come
	ending  bool // a sink that has consumed everything
	flushed bool
	closed  atomic.Bool
	clock   clock
	held    atomic.Int64 // what the holder said last
}

func newWorker[In any](a *actor[In], node any) *worker[In] {
	w := &worker[In]{actor: a}
	w.waker, _ = node.(Waker)
	w.watched, _ = node.(Watched)
	w.holder, _ = node.(Holder)
	return w
}

// loop is the one loop that runs every node: receive, process, count; at the end of the input flush; always close; then finish
// the outgoing edge. Several copies take messages in turn, work at the same time and send in the order in which they took.
func (w *worker[In]) loop() {
	w.clock.start()
	defer w.leave()
	defer w.close()
	defer w.alarm.stop()
	for w.step() {
	}
}

// step handles one message. False: this copy is done.
func (w *worker[In]) step() bool {
	m, ok := w.receive()
	defer w.passTurn()
	if ok {
		defer w.letGo(m)
		return w.call(func() error { return w.stage.consume(w.run.ctx, m) })
	}
	if !w.run.stopped() {
		w.flushed = w.awaitTurn() && w.awaitClosing() && w.flush()
	}
	return false
}

// receive takes the next message, and a turn with it, one copy at a time. Not ok: the input has ended or the run stopped.
func (w *worker[In]) receive() (m message[In], ok bool) {
	w.turn = w.turns.begin()
	defer w.turns.taken(w.turn)
	for {
		w.setAlarm()
		select {
		case m, ok = <-w.in.ch:
			if !ok || w.claim(m) {
				return m, ok
			}
		case mark := <-w.syncs:
			w.call(func() error { return w.accept(w.run.ctx, mark) })
		case <-w.alarm.rings():
			w.tick()
		case <-w.run.ctx.Done():
			return m, false
		}
	}
}

// claim says whether the node gets m. If not, m has been freed. What was taken from its owner is given to the node in any case.
func (w *worker[In]) claim(m message[In]) bool {
	switch {
	case w.run.stopped(), m.kind == item && !w.in.queue.Take(m.v):
		w.in.discard(m)
		return false
	case m.kind == item:
		w.holding.Add(1)
		w.in.edges[m.input].countReceived()
		w.taken.Add(1)
	}
	return true
}

// letGo says that what was claimed has been dealt with.
func (w *worker[In]) letGo(m message[In]) {
	if m.kind == item {
		w.holding.Add(-1)
	}
}

// awaitClosing lets a sink wait, after the end of all its inputs, until the run is being closed. False: it was stopped.
func (w *worker[In]) awaitClosing() bool {
	for w.syncs != nil {
		select {
		case <-w.run.closing:
			return !w.run.stopped()
		case mark := <-w.syncs:
			w.call(func() error { return w.accept(w.run.ctx, mark) })
		case <-w.run.ctx.Done():
			return false
		}
	}
	return true
}

// awaitTurn waits until all that was taken earlier has been sent. False: the run stopped, and order matters no more.
func (w *worker[In]) awaitTurn() bool {
	if !w.serving {
		w.serving = w.turns.await(w.turn, w.run.ctx.Done(), &w.clock)
	}
	return w.serving
}

func (w *worker[In]) passTurn() {
	if w.awaitTurn() {
		w.serving = false
		w.turns.pass(w.turn)
	}
}

var errGoexit = errors.New("runtime.Goexit was called, as t.FailNow does")

// call calls into the node, and asks what it holds after that.
func (w *worker[In]) call(f func() error) (ok bool) {
	if ok = w.contain(f); ok && w.holder != nil {
		w.held.Store(w.holder.Held())
	}
	return ok
}

// contain runs a piece of the node, contains its panic, keeps its time, and makes its error the run's.
func (w *worker[In]) contain(f func() error) (ok bool) {
	w.clock.turnTo(isBusy)
	w.beat()
	err := errGoexit // what it is if f neither returns nor panics
	defer func() {
		if v := recover(); v != nil {
			err = &PanicError{Value: v, Stack: debug.Stack()}
		}
		w.beat()
		w.clock.turnTo(isIdle)
		if ok = err == nil; !ok {
			w.fail(err)
		}
	}()
	err = f()
	return
}

// flush flushes the node. A sink then counts as flushed, whether or not that failed.
func (w *worker[In]) flush() bool {
	if w.ending = w.syncs != nil; w.ending {
		defer w.run.sinkFlushed()
	}
	return w.call(func() error { return w.stage.flush(w.run.ctx) })
}

// fail makes an error of the node the run's. It stops the run, unless the node is a sink that has consumed everything:
// then the other sinks are flushed first.
func (w *worker[In]) fail(err error) {
	if w.ending {
		w.run.failAtEnd(w.name, w.stream, err)
		return
	}
	w.run.fail(w.name, w.stream, err)
}

// close closes the node. Only then is the copy known to have come to its natural end: Close may fail as well.
func (w *worker[In]) close() {
	defer w.closed.Store(true)
	defer w.clock.stop()
	closed := w.contain(func() error {
		w.stage.close()
		return nil
	})
	w.held.Store(0)
	if closed && w.flushed {
		w.run.completed.Add(1)
	}
}

// wake wakes the node. A panic in it is dropped, because the run has its cause already.
func (w *worker[In]) wake() {
	defer func() { _ = recover() }()
	w.waker.Wake()
}
