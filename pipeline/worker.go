package pipeline

import (
	"runtime/debug"
	"sync/atomic"
	"time"
)

// worker is one copy of a node, and the state of its goroutine.
type worker[In any] struct {
	*actor[In]
	stage   stage[In]
	sink    *sinkStage[In] // nil: a processor
	waker   Waker          // nil: the node cannot be woken
	watched Watched        // nil: the node does not describe its calls
	holder  Holder         // nil: the node does not tell what it holds
	pulse   pulse
	alarm   alarm

	turn    int  // of the message that the copy works on
	serving bool // the turn has come
	ending  bool // a sink that has consumed everything
	counted bool // the pulse is watched
	flushed bool
	closed  atomic.Bool
	good    bool        // the node was flushed and closed without a failure
	woken   atomic.Bool // Wake was called
	clock   clock
	yielded time.Duration // how long the node had worked when the goroutine last yielded
	held    atomic.Int64  // the last value of Holder.Held
}

func newWorker[In any](a *actor[In], node any) *worker[In] {
	w := &worker[In]{actor: a}
	w.waker, _ = node.(Waker)
	w.watched, _ = node.(Watched)
	w.holder, _ = node.(Holder)
	return w
}

// loop runs every node: it receives, processes and counts; at the end of the input it flushes; it
// always closes the node, and then ends the outgoing edges. Several copies take messages in turn,
// work at the same time and send in the order in which they took.
func (w *worker[In]) loop() {
	w.clock.start()
	w.counted = w.run.stallTimeout > 0 || w.isGuest()
	defer w.leave()
	defer w.close()
	defer w.alarm.stop()
	w.tickFirst()
	for w.step() {
	}
}

// leave ends the actor's part in the graph, after its node was closed.
func (w *worker[In]) leave() {
	if w.seat == nil {
		w.actor.leave()
		return
	}
	w.in.abandon()
	w.seat.finish(w.good, func() {})
}

func (w *worker[In]) isGuest() bool { return w.seat != nil && w.seat.guest }

// step handles one message. False: this copy is done.
func (w *worker[In]) step() bool {
	m, ok := w.receive()
	defer w.passTurn()
	if ok {
		w.yield()
		defer w.countFinished(m)
		return w.call(func() error { return w.stage.consume(w.ctx, m) })
	}
	if !w.stopped() {
		w.flushed = w.awaitTurn() && w.awaitClosing() && w.flush()
	}
	return false
}

// receive takes the next message, and a turn with it, one copy at a time. Not ok: the input has
// ended or the run stopped.
func (w *worker[In]) receive() (m message[In], ok bool) {
	w.turn = w.turns.begin()
	defer w.turns.taken(w.turn)
	for w.sink == nil || !w.sink.over {
		w.setAlarm()
		select {
		case m, ok = <-w.in.ch:
			if !ok || w.take(m) {
				return m, ok
			}
		case mark := <-w.syncs:
			w.call(func() error { return w.accept(w.ctx, mark) })
		case <-w.alarm.rings():
			w.tick()
		case <-w.ctx.Done():
			return m, false
		}
	}
	return m, false
}

// take says whether the node gets m. If not, take has freed m. An item that Queue.Take has taken
// from its owner always goes to the node.
func (w *worker[In]) take(m message[In]) bool {
	switch {
	case w.stopped(), m.kind == item && (w.inputEnded(m.input) || !w.in.queue.Take(m.v)):
		w.in.discard(m)
		return false
	case m.kind == item:
		w.holding.Add(1)
		w.in.edges[m.input].countReceived()
		w.taken.Add(1)
	}
	if w.in.queue.LeavesRoom {
		w.in.leaveRoom(m.kind)
	}
	return true
}

// inputEnded says whether an item of this input comes after the mark with which a sink leaves.
func (w *worker[In]) inputEnded(input int) bool { return w.sink != nil && w.sink.ended(input) }

// countFinished counts an item that the node no longer works on.
func (w *worker[In]) countFinished(m message[In]) {
	if m.kind == item {
		w.holding.Add(-1)
	}
}

// awaitClosing lets a sink wait, after the end of all its inputs, until the run is being closed or
// the sink is to leave. False: it was stopped.
func (w *worker[In]) awaitClosing() bool {
	for w.syncs != nil {
		select {
		case <-w.run.closing:
			return !w.stopped()
		case <-w.seat.leaving:
			return !w.stopped()
		case mark := <-w.syncs:
			w.call(func() error { return w.accept(w.ctx, mark) })
		case <-w.ctx.Done():
			return false
		}
	}
	return true
}

// awaitTurn waits until all that was taken earlier has been sent. False: the run stopped, and order
// matters no more.
func (w *worker[In]) awaitTurn() bool {
	if !w.serving {
		w.serving = w.turns.await(w.turn, w.ctx.Done(), &w.clock)
	}
	return w.serving
}

func (w *worker[In]) passTurn() {
	if w.awaitTurn() {
		w.serving = false
		w.turns.pass(w.turn)
	}
}

// setAlarm asks the node when it wants to be called.
func (w *worker[In]) setAlarm() {
	if !w.alarm.wanted() {
		return
	}
	w.call(func() error {
		w.alarm.set()
		return nil
	})
}

// tickFirst calls the node's Tick before the first item, if its time has come already.
func (w *worker[In]) tickFirst() {
	w.setAlarm()
	if w.alarm.armed {
		w.tick()
	}
}

// tick calls the node's Tick, if its time has come.
func (w *worker[In]) tick() {
	w.call(func() error {
		if !w.alarm.due() || w.stopped() {
			return nil
		}
		return w.alarm.node.Tick(w.ctx)
	})
}

// call calls into the node, and then asks what the node holds.
func (w *worker[In]) call(f func() error) (ok bool) {
	ok = w.contain(f)
	if ok && w.holder != nil {
		w.held.Store(w.holder.Held())
	}
	return ok
}

// contain calls f, which is code of the node, contains its panic, measures its time, and makes its
// error the run's.
func (w *worker[In]) contain(f func() error) (ok bool) {
	w.clock.turnTo(isBusy)
	w.beat()
	err := errGoexit // stays if f neither returns nor panics
	defer func() {
		if v := recover(); v != nil {
			err = &PanicError{Value: v, Stack: debug.Stack()}
		}
		w.beat()
		w.clock.turnTo(isIdle)
		ok = err == nil
		if !ok {
			w.fail(err)
		}
	}()
	err = f()
	return
}

// beat is called when the node's own code begins and when it ends.
func (w *worker[In]) beat() {
	if w.counted {
		w.pulse.beats.Add(1)
	}
}

// flush flushes the node. A sink counts as flushed with or without success.
func (w *worker[In]) flush() bool {
	w.ending = w.syncs != nil
	if w.ending {
		defer w.seat.countFlushed()
	}
	return w.call(func() error { return w.stage.flush(w.ctx) })
}

// fail makes an error of the node the run's. It stops the run, unless the node is a sink that has
// consumed everything: in that case the other sinks are flushed first. A guest ends alone, and a
// sink that was stopped has its cause already.
func (w *worker[In]) fail(err error) {
	failure := &NodeError{Node: w.name, Stream: w.stream, Err: err}
	switch {
	case w.isGuest():
		w.seat.fail(failure)
		return
	case w.seat != nil && w.seat.stopped():
		return
	case w.seat != nil && !w.run.stopped():
		w.seat.note(failure)
	}
	if w.ending {
		w.run.failAtEnd(failure)
		return
	}
	w.run.cancel(failure)
}

// close closes the node. The copy counts as completed only after that, because Close may fail as
// well.
func (w *worker[In]) close() {
	defer w.closed.Store(true)
	defer w.clock.stop()
	closed := w.contain(func() error {
		w.stage.close()
		return nil
	})
	w.held.Store(0)
	w.good = closed && w.flushed
	if w.good && w.seat == nil {
		w.run.incomplete.Add(-1)
	}
}

// wake wakes the node. A panic in the node's Wake is dropped, because the run has its cause
// already.
func (w *worker[In]) wake() {
	if w.woken.Swap(true) {
		return
	}
	defer func() { _ = recover() }()
	w.waker.Wake()
}
