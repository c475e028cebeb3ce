package pipeline

// Outlet is the outgoing end of a source or a processor. It is connected exactly once, by Connect or Join.
type Outlet[T any] struct {
	run    *Run
	from   string
	stream int
	in     *inbox[T] // nil: not connected
	input  int
	edge   *edge
}

func newOutlet[T any](run *Run, from string, stream int) *Outlet[T] {
	run.open++
	return &Outlet[T]{run: run, from: from, stream: stream}
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

// send passes v on, and says whether it was accepted; if not, v has been freed. The clock is that of the copy that sends; nil: a source.
func (o *Outlet[T]) send(v T, cancelled <-chan struct{}, sender *clock) (ok bool) {
	ok = o.put(message[T]{v: v, input: o.input}, cancelled, sender)
	o.edge.countSent(ok)
	if !ok {
		o.in.queue.Free(v)
	}
	return ok
}

// refuse frees v, which was given to the edge too late.
func (o *Outlet[T]) refuse(v T) {
	o.edge.countSent(false)
	o.in.queue.Free(v)
}

// put waits for room in the queue until the run stops or cancelled is closed, and says whether m went in. Where one of the two has happened
// before, m does not go in, even if there is room.
func (o *Outlet[T]) put(m message[T], cancelled <-chan struct{}, sender *clock) (ok bool) {
	if o.run.stopped() || isClosed(cancelled) {
		return false
	}
	select {
	case o.in.ch <- m:
		return true
	default:
	}
	defer sender.turnTo(sender.turnTo(isBlocked))
	if m.kind == item {
		o.edge.blocked.Begin()
		defer o.edge.blocked.End()
	}
	select {
	case o.in.ch <- m:
		return true
	case <-o.run.ctx.Done():
	case <-cancelled:
	}
	return false
}

// finish ends the edge after the producer's last send.
func (o *Outlet[T]) finish() {
	if o.in.marksEnds {
		o.put(message[T]{kind: endOfInput, input: o.input}, nil, nil)
	}
	o.in.leave()
}

// isClosed says whether a channel that carries nothing is closed; nil is not.
func isClosed(ch <-chan struct{}) bool {
	select {
	case <-ch:
		return true
	default:
		return false
	}
}
