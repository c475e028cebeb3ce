package pipeline

import (
	"sync"
	"sync/atomic"
	"time"
)

// Queue says how items wait between two actors.
type Queue[T any] struct {
	Depth int          // how many items may wait, at least 1; where several inputs join, that many for each
	Free  func(T)      // frees an item that will not be processed; nil: nothing to free
	Take  func(T) bool // asked before an item is handed to the node; false: its owner wants it no more. nil: always true
}

// EdgeStats counts what happened between two actors. At every moment Sent = Received + Queued + Freed.
type EdgeStats struct {
	From, To string
	Stream   int           // the stream whose items flow here
	Sent     int64         // items given to the edge
	Received int64         // items that the consumer took
	Freed    int64         // items that nobody will process: the run stopped, or their owner withdrew them
	Queued   int           // items waiting now
	Depth    int           // how many may wait, over all inputs of the consumer
	Blocked  time.Duration // how long the producer waited for room
}

// edge keeps the counters of one connection.
type edge struct {
	from, to string
	stream   int
	depth    int

	mu                    sync.Mutex
	sent, received, freed int64
	blocked               time.Duration
}

func (e *edge) countSent(blocked time.Duration) {
	e.mu.Lock()
	e.sent++
	e.blocked += blocked
	e.mu.Unlock()
}

func (e *edge) countReceived() {
	e.mu.Lock()
	e.received++
	e.mu.Unlock()
}

func (e *edge) countFreed() {
	e.mu.Lock()
	e.freed++
	e.mu.Unlock()
}

// countRefused counts an item that was given to the edge and freed at once.
func (e *edge) countRefused(blocked time.Duration) {
	e.mu.Lock()
	e.sent++
	e.freed++
	e.blocked += blocked
	e.mu.Unlock()
}

// stats takes a snapshot. Either side counts just after it used the channel, so between the two moments one may be ahead of
// the other; what the channel cannot hold tells which way, and the snapshot says what must be true.
func (e *edge) stats() EdgeStats {
	e.mu.Lock()
	defer e.mu.Unlock()
	s := EdgeStats{
		From: e.from, To: e.to, Stream: e.stream, Depth: e.depth,
		Sent: max(e.sent, e.received+e.freed), Received: e.received, Freed: e.freed, Blocked: e.blocked,
	}
	queued := s.Sent - s.Received - s.Freed
	if excess := queued - int64(e.depth); excess > 0 {
		queued -= excess
		s.Received += excess
	}
	s.Queued = int(queued)
	return s
}

type messageKind uint8

const (
	item messageKind = iota
	syncRequest
	endOfInput
)

// message is what travels through a channel: an item, or a mark between items.
type message[T any] struct {
	v     T
	input int
	kind  messageKind
	mark  int64 // of a syncRequest
}

// inbox is the bounded channel in front of an actor, shared by all of its producers.
type inbox[T any] struct {
	queue     Queue[T]
	ch        chan message[T]
	edges     []*edge // by input
	producers atomic.Int32
}

func newInbox[T any](queue Queue[T], inputs int) *inbox[T] {
	if queue.Free == nil {
		queue.Free = func(T) {}
	}
	if queue.Take == nil {
		queue.Take = func(T) bool { return true }
	}
	in := &inbox[T]{queue: queue, ch: make(chan message[T], max(queue.Depth, 1)*inputs)}
	in.producers.Store(int32(inputs))
	return in
}

// leave is called by each producer after its last send; the last one closes the channel.
func (in *inbox[T]) leave() {
	if in.producers.Add(-1) == 0 {
		close(in.ch)
	}
}

// discard frees an item that was in the channel.
func (in *inbox[T]) discard(m message[T]) {
	if m.kind != item {
		return
	}
	in.queue.Free(m.v)
	in.edges[m.input].countFreed()
}

// Outlet is the outgoing end of a source or a processor. It is connected exactly once, by Connect or Join.
type Outlet[T any] struct {
	run    *Run
	from   string
	stream int
	in     *inbox[T] // nil: not connected
	input  int
	edge   *edge
}

func (o *Outlet[T]) connect(in *inbox[T], to string) {
	if o.in != nil {
		panic("pipeline: the outlet of " + o.from + " is connected already")
	}
	o.in, o.input = in, len(in.edges)
	o.edge = &edge{from: o.from, to: to, stream: o.stream, depth: cap(in.ch)}
	in.edges = append(in.edges, o.edge)
	o.run.edges = append(o.run.edges, o.edge)
	o.run.open--
}

// send passes v on, waiting for room until the run stops or, where cancelled is not nil, that is closed. It returns how long it
// waited and whether v was accepted; if not, v has been freed.
func (o *Outlet[T]) send(v T, cancelled <-chan struct{}) (time.Duration, bool) {
	m := message[T]{v: v, input: o.input}
	select {
	case <-o.run.ctx.Done():
		o.refuse(v, 0)
		return 0, false
	default:
	}
	select {
	case o.in.ch <- m:
		o.edge.countSent(0)
		return 0, true
	default:
	}
	start := time.Now()
	select {
	case o.in.ch <- m:
		waited := time.Since(start)
		o.edge.countSent(waited)
		return waited, true
	case <-o.run.ctx.Done():
	case <-cancelled:
	}
	waited := time.Since(start)
	o.refuse(v, waited)
	return waited, false
}

func (o *Outlet[T]) refuse(v T, waited time.Duration) {
	o.edge.countRefused(waited)
	o.in.queue.Free(v)
}

// mark passes a mark on. False: the run stopped, or cancelled was closed, before there was room.
func (o *Outlet[T]) mark(kind messageKind, mark int64, cancelled <-chan struct{}) bool {
	select {
	case o.in.ch <- message[T]{input: o.input, kind: kind, mark: mark}:
		return true
	case <-o.run.ctx.Done():
	case <-cancelled:
	}
	return false
}

// finish ends the edge after the producer's last send.
func (o *Outlet[T]) finish() {
	o.mark(endOfInput, 0, nil)
	o.in.leave()
}
