package pipeline

import "sync/atomic"

// consumer is one of the inboxes that an outlet feeds, and the edge that leads there.
type consumer[T any] struct {
	run       *life
	in        *inbox[T]
	input     int
	edge      *edge
	seat      *Seat         // nil: a processor
	admission *admission[T] // nil: every item is taken
	closed    atomic.Bool   // nothing more may be sent here
}

// takesAll says whether the consumer takes every item.
func (c *consumer[T]) takesAll() bool {
	return (c.admission == nil || c.admission.takesAll()) && !c.closed.Load()
}

// takes says whether the consumer takes an item or a mark. An item that a guest takes has its place
// in the queue from then on. Not open: the item is not accepted by anybody.
func (c *consumer[T]) takes(m message[T], open bool) bool {
	switch {
	case c.closed.Load():
		return false
	case m.kind == endOfInput:
		return c.in.marksEnds
	case m.kind == syncRequest:
		return m.mark.isFor(c.seat)
	case c.admission == nil || c.admission.takesAll():
		return true
	default:
		return open && c.admission.admit(c, m.v)
	}
}

// isGuest says whether senders never wait for the consumer.
func (c *consumer[T]) isGuest() bool { return c.seat != nil && c.seat.guest }

// send passes an item or a mark on, and says whether it was accepted. An item that was not accepted
// has been freed. A consumer that leaves meanwhile does not keep the sender from going on.
func (c *consumer[T]) send(m message[T], cancelled <-chan struct{}, sender *clock) (ok bool) {
	m.input = c.input
	if c.put(m, cancelled, sender) {
		return true
	}
	c.refuse(m)
	return c.gone()
}

// offer passes an item or a mark on if there is room for it now, and says whether it did. If not,
// an item still belongs to the caller.
func (c *consumer[T]) offer(m message[T], cancelled <-chan struct{}) (ok bool) {
	m.input = c.input
	if c.isGuest() {
		c.in.ch <- m // there is a place for it, and for each mark
		c.sent(m)
		return true
	}
	if c.run.stopped() || isClosed(cancelled) {
		return false
	}
	select {
	case c.in.ch <- m:
		c.sent(m)
		return true
	default:
		return false
	}
}

// sent counts an item or a mark that is in the queue. If nobody empties the queue any more, sent
// does.
func (c *consumer[T]) sent(m message[T]) {
	switch {
	case m.kind == syncRequest && c.seat != nil && m.mark.only == c.seat:
		c.closed.Store(true)
	case m.kind == item && !c.isGuest():
		c.edge.countSent(true)
	}
	if c.in.dead.Load() {
		c.in.drain()
	}
}

// refuse frees an item that was not accepted.
func (c *consumer[T]) refuse(m message[T]) {
	if m.kind == item {
		c.edge.countSent(false)
	}
	c.in.free(m)
}

// withdraw gives back the place of an item that a guest does not get after all.
func (c *consumer[T]) withdraw() {
	if c.isGuest() {
		c.edge.countFreed()
	}
}

// gone says whether the consumer has left a run that goes on.
func (c *consumer[T]) gone() bool { return isClosed(c.in.gone) && !c.run.stopped() }

// reference returns what to send to this consumer beside others: another reference to an item, or a
// mark as it is.
func (c *consumer[T]) reference(m message[T]) (message[T], error) {
	if m.kind != item {
		return m, nil
	}
	v, err := c.in.queue.Share(m.v)
	m.v = v
	return m, err
}

// put waits for room in the queue until the consumer leaves, the run stops or cancelled is closed,
// and says whether m went in. If the run has stopped or cancelled is closed before the call, m does
// not go in, even if there is room.
func (c *consumer[T]) put(m message[T], cancelled <-chan struct{}, sender *clock) (ok bool) {
	if c.run.stopped() || isClosed(cancelled) {
		return false
	}
	select {
	case c.in.ch <- m:
		c.sent(m)
		return true
	default:
	}
	before := sender.turnTo(isBlocked)
	defer sender.turnTo(before)
	if m.kind == item {
		c.edge.blocked.Begin()
		defer c.edge.blocked.End()
	}
	select {
	case c.in.ch <- m:
		c.sent(m)
		return true
	case <-c.in.gone:
	case <-cancelled:
	}
	return false
}
