package pipeline

// consumer is one of the inboxes that an outlet feeds, and the edge that leads there.
type consumer[T any] struct {
	run   *life
	in    *inbox[T]
	input int
	edge  *edge
}

// send passes an item or a mark on, and says whether it was accepted. An item that was not accepted
// has been freed.
func (c *consumer[T]) send(m message[T], cancelled <-chan struct{}, sender *clock) (ok bool) {
	if m.kind == endOfInput && !c.in.marksEnds {
		return true
	}
	m.input = c.input
	ok = c.put(m, cancelled, sender)
	if m.kind == item {
		c.edge.countSent(ok)
	}
	if !ok {
		c.in.free(m)
	}
	return ok
}

// offer passes an item or a mark on if there is room for it now, and says whether it did. If not,
// an item still belongs to the caller.
func (c *consumer[T]) offer(m message[T], cancelled <-chan struct{}) (ok bool) {
	if m.kind == endOfInput && !c.in.marksEnds {
		return true
	}
	if c.run.stopped() || isClosed(cancelled) {
		return false
	}
	m.input = c.input
	select {
	case c.in.ch <- m:
	default:
		return false
	}
	if m.kind == item {
		c.edge.countSent(true)
	}
	return true
}

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

// put waits for room in the queue until the run stops or cancelled is closed, and says whether m
// went in. If one of the two has happened before the call, m does not go in, even if there is room.
func (c *consumer[T]) put(m message[T], cancelled <-chan struct{}, sender *clock) (ok bool) {
	if c.run.stopped() || isClosed(cancelled) {
		return false
	}
	select {
	case c.in.ch <- m:
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
		return true
	case <-c.run.ctx.Done():
	case <-cancelled:
	}
	return false
}
