package pipeline

import (
	"context"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"
)

// NodeStats counts what a node did.
type NodeStats struct {
	Name   string
	Stream int           // NoStream for the muxer
	In     int64         // items taken
	Out    int64         // items sent on; a sink sends nothing on
	Busy   time.Duration // time spent in the node, without waiting for its turn or for room in the next queue
}

// stage is one copy of a node as the loop sees it: a processor or a sink, with what lies behind it. What it returns is how long
// it waited for others, and the node's error.
type stage[In any] interface {
	consume(m message[In], turn int64) (waited time.Duration, err error)
	flush(turn int64) (waited time.Duration, err error)
	close()
}

// actor runs the copies of one node: one, or as many as it takes to keep up.
type actor[In any] struct {
	run    *Run
	name   string
	stream int
	in     *inbox[In]
	finish func()         // ends the outgoing edge; nil: there is none
	waker  Waker          // nil: the node cannot be woken
	syncs  chan *syncMark // requests to a sink; nil for all others

	receiving sync.Mutex // held while a copy takes a message and its turn
	turns     turns
	copies    atomic.Int32 // still running
	taken     atomic.Int64
	emitted   atomic.Int64
	busy      atomic.Int64 // nanoseconds
	inNode    atomic.Int32 // copies that are in a call of the node
}

// loop is the one loop that runs every node: receive, process, count; at the end of the input flush; always close; then finish
// the outgoing edge. Several copies take messages in turn, work at the same time and send in the order in which they took.
func (a *actor[In]) loop(node stage[In]) {
	defer a.run.running.Done()
	defer a.leave()
	defer a.call(func() (time.Duration, error) {
		node.close()
		return 0, nil
	})
	for a.step(node) {
	}
}

// step handles one message. False: this copy is done.
func (a *actor[In]) step(node stage[In]) bool {
	m, turn, ok := a.receive(node)
	defer a.turns.pass(turn)
	switch {
	case a.run.stopped():
		if ok {
			a.in.discard(m)
		}
		return false
	case !ok:
		a.turns.await(turn)
		if a.awaitClosing(node) && a.call(func() (time.Duration, error) { return node.flush(turn) }) {
			a.run.completed.Add(1)
		}
		return false
	case m.kind == item && !a.in.queue.Take(m.v):
		a.in.discard(m)
		return true
	case m.kind == item:
		a.in.edges[m.input].countReceived()
		a.taken.Add(1)
	}
	return a.call(func() (time.Duration, error) { return node.consume(m, turn) })
}

// receive takes the next message and with it a turn. Not ok: the input has ended or the run stopped.
func (a *actor[In]) receive(node stage[In]) (m message[In], turn int64, ok bool) {
	a.receiving.Lock()
	defer a.receiving.Unlock()
	for {
		select {
		case m, ok = <-a.in.ch:
			return m, a.turns.take(), ok
		case mark := <-a.syncs:
			a.accept(node, mark)
		case <-a.run.ctx.Done():
			return m, a.turns.take(), false
		}
	}
}

// awaitClosing lets a sink wait, after the end of all its inputs, until the run is being closed. False: it was stopped.
func (a *actor[In]) awaitClosing(node stage[In]) bool {
	for a.syncs != nil {
		select {
		case <-a.run.closing:
			return !a.run.stopped()
		case mark := <-a.syncs:
			a.accept(node, mark)
		case <-a.run.ctx.Done():
			return false
		}
	}
	return true
}

func (a *actor[In]) accept(node stage[In], mark *syncMark) {
	a.call(func() (time.Duration, error) { return 0, node.(*sinkStage[In]).accept(mark) })
}

// call runs a piece of the node, contains its panic, keeps its time, and makes its error the run's.
func (a *actor[In]) call(f func() (waited time.Duration, err error)) bool {
	a.inNode.Add(1)
	start := time.Now()
	waited, err := contain(f)
	a.busy.Add(int64(time.Since(start) - waited))
	a.inNode.Add(-1)
	if err != nil {
		a.run.fail(a.name, a.stream, err)
	}
	return err == nil
}

func contain(f func() (time.Duration, error)) (waited time.Duration, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &PanicError{Value: v, Stack: debug.Stack()}
		}
	}()
	return f()
}

// leave is called by each copy when it is done. The last one frees what is left in the inbox once no producer can add to it, and
// only then ends its own outgoing edge.
func (a *actor[In]) leave() {
	if a.copies.Add(-1) > 0 {
		return
	}
	for m := range a.in.ch {
		a.in.discard(m)
	}
	if a.finish != nil {
		a.finish()
	}
}

func (a *actor[In]) stats() NodeStats {
	return NodeStats{
		Name: a.name, Stream: a.stream, In: a.taken.Load(), Out: a.emitted.Load(), Busy: time.Duration(a.busy.Load()),
	}
}

// stuck says whether a call into the node is under way.
func (a *actor[In]) stuck() bool { return a.inNode.Load() > 0 }

func (a *actor[In]) wake() {
	if a.waker != nil && a.stuck() {
		a.waker.Wake()
	}
}

func (a *actor[In]) label() (name string, stream int) { return a.name, a.stream }

// processorStage is a copy of a processor.
type processorStage[In, Out any] struct {
	actor  *actor[In]
	node   Processor[In, Out]
	out    *Outlet[Out]
	turn   int64
	waited time.Duration
}

func (s *processorStage[In, Out]) consume(m message[In], turn int64) (time.Duration, error) {
	switch m.kind {
	case syncRequest:
		s.actor.turns.await(turn)
		s.out.mark(syncRequest, m.mark, nil)
		return 0, nil
	case endOfInput: // the only one: the channel will be closed
		return 0, nil
	default:
	}
	return s.call(turn, func(ctx context.Context) error { return s.node.Process(ctx, m.v, s.emit) })
}

func (s *processorStage[In, Out]) flush(turn int64) (time.Duration, error) {
	return s.call(turn, func(ctx context.Context) error { return s.node.Flush(ctx, s.emit) })
}

func (s *processorStage[In, Out]) call(turn int64, f func(context.Context) error) (time.Duration, error) {
	s.turn, s.waited = turn, 0
	err := f(s.actor.run.ctx)
	return s.waited, err
}

// emit sends an item on, once all that was taken earlier has been sent.
func (s *processorStage[In, Out]) emit(v Out) error {
	s.waited += s.actor.turns.await(s.turn)
	waited, ok := s.out.send(v, nil)
	s.waited += waited
	if !ok {
		return context.Cause(s.actor.run.ctx)
	}
	s.actor.emitted.Add(1)
	return nil
}

func (s *processorStage[In, Out]) close() { s.node.Close() }

// turns lets copies send in the order in which they took their work.
type turns struct {
	mu      sync.Mutex
	passed  sync.Cond
	taken   int64
	serving int64
}

func (t *turns) take() int64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.taken++
	return t.taken - 1
}

// await waits until all earlier turns were passed on, and says how long that took. Every turn is passed on, whatever happened in
// it, so this always returns.
func (t *turns) await(turn int64) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.serving == turn {
		return 0
	}
	start := time.Now()
	for t.serving != turn {
		t.passed.Wait()
	}
	return time.Since(start)
}

// pass waits for its turn, if it has not come yet, and passes it on.
func (t *turns) pass(turn int64) {
	t.await(turn)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.serving++
	t.passed.Broadcast()
}
