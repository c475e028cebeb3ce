package pipeline

// Outlet is the outgoing end of a source or a processor. Connect and Join connect it, once for each
// consumer.
//
// Each consumer has its own queue and its own edge. All consumers get every item, in the same
// order. Queue.Share makes a reference to the item for each consumer but the last, which gets the
// item itself. A consumer with room in its queue gets an item at once. The sender then waits for
// all consumers without room at the same time. Each of them gets the item as soon as it has room.
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
	e := &edge{from: o.from, to: to, stream: o.stream, depth: in.depth}
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
	return o.share(m, cancelled, sender)
}

// share passes a reference to each of several consumers, and the item itself to the last of them.
// It offers one to all consumers before it waits for any of them.
func (o *Outlet[T]) share(m message[T], cancelled <-chan struct{}, sender *clock) (ok bool) {
	var memory [mostInOneSelect]delivery[T] // of the usual number of consumers, so that nothing is allocated
	full := deliveries[T](memory[:0])
	last := len(o.consumers) - 1
	for i := range o.consumers {
		d := delivery[T]{to: &o.consumers[i], m: m}
		if i != last {
			var err error
			if d.m, err = d.to.reference(m); err != nil {
				o.run.fail(o.from, o.stream, err) // so that no other reference is accepted
				continue
			}
		}
		d.m.input = d.to.input
		if !d.offer(cancelled) {
			full = append(full, d)
		}
	}
	return full.send(cancelled, sender)
}

// refuse frees v, which was given to the outlet too late.
func (o *Outlet[T]) refuse(v T) {
	for i := range o.consumers {
		o.consumers[i].edge.countSent(false)
	}
	o.consumers[0].in.free(message[T]{v: v})
}

// finish ends the edges after the producer's last send.
func (o *Outlet[T]) finish() {
	o.send(message[T]{kind: endOfInput}, nil, nil)
	for i := range o.consumers {
		o.consumers[i].in.leave()
	}
}
