package pipeline

import "time"

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

// send passes v on. It returns how long it waited and whether v was accepted; if not, v has been freed.
func (o *Outlet[T]) send(v T, cancelled <-chan struct{}) (waited time.Duration, ok bool) {
	waited, ok = o.put(message[T]{v: v, input: o.input}, cancelled)
	o.edge.countSent(waited, ok)
	if !ok {
		o.in.queue.Free(v)
	}
	return waited, ok
}

// refuse frees v, which was given to the edge too late.
func (o *Outlet[T]) refuse(v T) {
	o.edge.countSent(0, false)
	o.in.queue.Free(v)
}

// put waits for room in the queue until the run stops or cancelled is closed, and says how long it waited and whether m went in.
// Where one of the two has happened before, m does not go in, even if there is room.
func (o *Outlet[T]) put(m message[T], cancelled <-chan struct{}) (waited time.Duration, ok bool) {
	if o.run.stopped() || isClosed(cancelled) {
		return 0, false
	}
	select {
	case o.in.ch <- m:
		return 0, true
	default:
	}
	start := time.Now()
	select {
	case o.in.ch <- m:
		ok = true
	case <-o.run.ctx.Done():
	case <-cancelled:
	}
	return time.Since(start), ok
}

// finish ends the edge after the producer's last send.
func (o *Outlet[T]) finish() {
	if o.in.marksEnds {
		o.put(message[T]{kind: endOfInput, input: o.input}, nil)
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
