package pipeline

import "sync/atomic"

// Outlet is the outgoing end of a source or a processor. Connect and the functions that join a sink
// connect it, once for each consumer.
//
// Each consumer has its own queue and its own edge. All consumers get every item, in the same
// order, except for the items that a guest loses and those before a sink has begun. Queue.Share
// makes a reference to the item for each consumer that takes it but the last, which gets the item
// itself. A consumer with room in its queue gets an item at once. The sender then waits for all
// consumers without room at the same time. Each of them gets the item as soon as it has room. An
// item that no consumer takes is freed.
//
// Sinks join and leave while items flow. A sender uses the consumers that it found when its send
// began, so each item goes to those of before or to those of after.
type Outlet[T any] struct {
	run    *Run
	from   string
	stream int

	consumers atomic.Pointer[[]*consumer[T]] // never changed, only replaced, while run.mu is held
	first     *inbox[T]                      // the one that was connected first; frees what nobody takes
	finished  bool                           // the producer has sent its last item; guarded by run.mu
}

func newOutlet[T any](run *Run, from string, stream int) *Outlet[T] {
	run.open++
	o := &Outlet[T]{run: run, from: from, stream: stream}
	o.consumers.Store(new([]*consumer[T]))
	return o
}

// newConsumer returns a consumer that is not connected yet.
func (o *Outlet[T]) newConsumer(in *inbox[T], to string) *consumer[T] {
	e := &edge{from: o.from, to: to, stream: o.stream, depth: in.depthOfEdge}
	c := &consumer[T]{run: o.run.life, in: in, input: len(in.edges), edge: e}
	in.edges = append(in.edges, e)
	return c
}

// connect adds a consumer. False: the producer has finished. Call it with run.mu held.
func (o *Outlet[T]) connect(c *consumer[T]) bool {
	if o.finished {
		return false
	}
	if o.first == nil {
		o.first = c.in
		o.run.open--
	}
	before := *o.consumers.Load()
	after := append(make([]*consumer[T], 0, len(before)+1), before...)
	after = append(after, c)
	o.consumers.Store(&after)
	return true
}

// checkShared panics if the outlet has several consumers and one of their queues does not share,
// because the program that wires the graph is wrong.
func (o *Outlet[T]) checkShared(newcomer *inbox[T], to string) {
	before := *o.consumers.Load()
	if len(before) == 0 {
		return
	}
	for _, c := range before {
		if c.in.queue.Share == nil {
			newcomer, to = c.in, c.edge.to
		}
	}
	if newcomer.queue.Share == nil {
		panic("pipeline: the outlet of " + o.from + " has several consumers, and the queue of " + to + " does not share")
	}
}

// disconnect takes a consumer away. Call it with run.mu held.
func (o *Outlet[T]) disconnect(gone *consumer[T]) {
	before := *o.consumers.Load()
	after := make([]*consumer[T], 0, len(before))
	for _, c := range before {
		if c != gone {
			after = append(after, c)
		}
	}
	o.consumers.Store(&after)
}

// send passes an item or a mark on to all consumers that take it, and says whether all accepted it.
// References that were not accepted have been freed. The clock is that of the copy that sends; nil:
// a source sends.
func (o *Outlet[T]) send(m message[T], cancelled <-chan struct{}, sender *clock) (ok bool) {
	consumers := *o.consumers.Load()
	if len(consumers) == 1 && m.kind == item && consumers[0].takesAll() {
		return consumers[0].send(m, cancelled, sender)
	}
	return o.share(consumers, m, cancelled, sender)
}

// share passes a reference to each of several consumers, and the item itself to the last of them.
// It offers one to all consumers before it waits for any of them.
func (o *Outlet[T]) share(
	consumers []*consumer[T], m message[T], cancelled <-chan struct{}, sender *clock,
) (ok bool) {
	var memory [mostInOneSelect]delivery[T] // of the usual number of consumers, so that nothing is allocated
	full := deliveries[T](memory[:0])
	open := !o.run.stopped() && !isClosed(cancelled)
	var taker *consumer[T] // the last one so far
	for _, c := range consumers {
		if !c.takes(m, open) {
			continue
		}
		if taker != nil {
			full = o.shareWith(taker, m, cancelled, full)
		}
		taker = c
	}
	if taker == nil {
		o.drop(m)
		return open
	}
	return full.offer(taker, m, cancelled).send(cancelled, sender)
}

// shareWith offers another reference to a consumer beside others. It returns the deliveries for
// which there was no room.
func (o *Outlet[T]) shareWith(
	to *consumer[T], m message[T], cancelled <-chan struct{}, full deliveries[T],
) deliveries[T] {
	m, err := to.reference(m)
	if err == nil {
		return full.offer(to, m, cancelled)
	}
	to.withdraw()
	o.run.fail(o.from, o.stream, err) // so that no other reference is accepted
	return full
}

// drop frees an item that no consumer takes.
func (o *Outlet[T]) drop(m message[T]) {
	if m.kind == item {
		o.first.free(m)
	}
}

// refuse frees v, which was given to the outlet too late.
func (o *Outlet[T]) refuse(v T) {
	for _, c := range *o.consumers.Load() {
		c.edge.countSent(false)
	}
	o.first.free(message[T]{v: v})
}

// finish ends the edges after the producer's last send.
func (o *Outlet[T]) finish() {
	o.run.mu.Lock()
	o.finished = true
	consumers := *o.consumers.Load()
	o.run.mu.Unlock()
	o.share(consumers, message[T]{kind: endOfInput}, nil, nil)
	for _, c := range consumers {
		c.in.leave()
	}
}
