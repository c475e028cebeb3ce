package pipeline

// Outlet is the outgoing end of a source or a processor. Connect and Join connect it, once for each
// consumer.
//
// Each consumer has its own queue and its own edge. All consumers get every item, in the same
// order. Queue.Share makes a reference to the item for each consumer but the last, which gets the
// item itself. A consumer with room in its queue gets an item at once; then the sender waits for
// the consumers without room, one after another.
type Outlet[T any] struct {
	run       *parts
	from      string
	stream    int
	consumers []consumer[T]
}

func newOutlet[T any](run *parts, from string, stream int) *Outlet[T] {
	run.open++
	return &Outlet[T]{run: run, from: from, stream: stream}
}

// connect adds an inbox to those that the outlet feeds.
func (o *Outlet[T]) connect(in *inbox[T], to string) {
	if len(o.consumers) == 0 {
		o.run.open--
	}
	e := &edge{from: o.from, to: to, stream: o.stream, depth: cap(in.ch)}
	o.consumers = append(o.consumers, consumer[T]{run: o.run.life, in: in, input: len(in.edges), edge: e})
	in.edges = append(in.edges, e)
	o.run.edges = append(o.run.edges, e)
	if len(o.consumers) < 2 {
		return
	}
	for _, c := range o.consumers {
		if c.in.queue.Share == nil {
			panic("pipeline: the outlet of " + o.from + " has several consumers, and the queue of " +
				c.edge.to + " does not share")
		}
	}
}

// send passes an item or a mark on to all consumers, and says whether all accepted it. References
// that were not accepted have been freed. The clock is that of the copy that sends; nil: a source
// sends.
func (o *Outlet[T]) send(m message[T], cancelled <-chan struct{}, sender *clock) (ok bool) {
	if len(o.consumers) == 1 {
		return o.consumers[0].send(m, cancelled, sender)
	}
	return o.share(o.consumers, m, cancelled, sender)
}

// share passes a reference to each of several consumers, and the item itself to the last of them.
// It offers one to all consumers before it waits for any of them.
func (o *Outlet[T]) share(to []consumer[T], m message[T], cancelled <-chan struct{}, sender *clock) (ok bool) {
	c, others := &to[0], to[1:]
	if len(others) == 0 {
		return c.send(m, cancelled, sender)
	}
	reference, err := c.reference(m)
	if err != nil {
		o.run.fail(o.from, o.stream, err)
		return o.share(others, m, cancelled, sender) // frees the item, because the run has stopped
	}
	if c.offer(reference, cancelled) {
		return o.share(others, m, cancelled, sender)
	}
	ok = o.share(others, m, cancelled, sender)
	return c.send(reference, cancelled, sender) && ok
}

// refuse frees v, which was given to the outlet too late.
func (o *Outlet[T]) refuse(v T) {
	for i := range o.consumers {
		o.consumers[i].edge.countSent(false)
	}
	o.consumers[0].in.queue.Free(v)
}

// finish ends the edges after the producer's last send.
func (o *Outlet[T]) finish() {
	o.send(message[T]{kind: endOfInput}, nil, nil)
	for i := range o.consumers {
		o.consumers[i].in.leave()
	}
}
