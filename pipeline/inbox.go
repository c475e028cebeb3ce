package pipeline

import "sync/atomic"

// Queue says how items wait between two actors. Its functions are called from several goroutines;
// they must not wait or panic. Take is called for one item after another, in the order of the
// queue.
type Queue[T any] struct {
	Depth int     // how many items may wait, at least 1; where several inputs join, that many for each
	Free  func(T) // frees an item that will not be processed; nil: nothing to free

	// Take is called before an item is handed to the node. False: the item's owner has withdrawn it,
	// and Free is called instead. nil: always true.
	Take func(T) bool

	// Share returns another reference to an item, without a copy of its contents. Each reference is
	// processed or freed on its own. Every queue of an outlet with several consumers needs it. Its
	// error stops the run.
	Share func(T) (T, error)

	// Room is the room whose items wait in this queue; nil: none. An item that is freed here leaves
	// it. LeavesRoom says that an item also leaves it when the node takes the item from this queue.
	// The queues of guests, and of sinks that join a running graph, are in no room.
	Room       *Room
	LeavesRoom bool

	// Yields says that the goroutine of the node yields between calls that take long. It is for nodes
	// that call C for most of the time, while threads of C work for them (yield.go).
	Yields bool
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
	mark  *mark // of a syncRequest
}

// inbox is the bounded channel in front of an actor, shared by all of its producers.
//
// The channel of a processor is closed when its last producer has left. The channel of a sink is
// never closed: an endOfInput ends each input, and a sender that still knows a sink that has left
// empties the channel itself.
type inbox[T any] struct {
	queue       Queue[T]
	ch          chan message[T]
	depth       int             // how many items may wait, over all inputs
	depthOfEdge int             // how many items may wait, as each edge sees it
	marksEnds   bool            // of a sink: an endOfInput comes for each input
	gone        <-chan struct{} // closed when the actor takes nothing more: the run has stopped, or the sink has left
	dead        atomic.Bool     // the actor takes nothing more, and has emptied the channel
	edges       []*edge         // by input
	producers   atomic.Int32
}

func newInbox[T any](queue Queue[T], inputs int, gone <-chan struct{}) *inbox[T] {
	if queue.Free == nil {
		queue.Free = func(T) {}
	}
	if queue.Take == nil {
		queue.Take = func(T) bool { return true }
	}
	in := &inbox[T]{queue: queue, depth: max(queue.Depth, 1) * inputs, gone: gone}
	in.depthOfEdge = in.depth
	size := in.depth
	if queue.Room != nil {
		size++ // for the mark that may be in the room
	}
	in.ch = make(chan message[T], size)
	in.producers.Store(int32(inputs))
	return in
}

// newSinkInbox returns the inbox of a sink. That of a guest has room for the items of each input,
// and for two marks of each: one that says that the sink leaves, and the end.
func newSinkInbox[T any](queue Queue[T], inputs int, guest bool, gone <-chan struct{}) *inbox[T] {
	in := newInbox(queue, inputs, gone)
	in.marksEnds = true
	if guest {
		in.depthOfEdge = max(queue.Depth, 1)
		in.ch = make(chan message[T], in.depth+2*inputs)
	}
	return in
}

// leave is called by each producer after its last send; the last one closes the channel of a
// processor.
func (in *inbox[T]) leave() {
	if in.producers.Add(-1) == 0 && !in.marksEnds {
		close(in.ch)
	}
}

// waiting is how many items wait, over all inputs.
func (in *inbox[T]) waiting() (n int) {
	for _, e := range in.edges {
		n += e.stats().Queued
	}
	return n
}

// abandon empties the channel of a sink that takes nothing more. A sender that does not know this
// yet finds out when its item is in the channel, and empties the channel too.
func (in *inbox[T]) abandon() {
	in.dead.Store(true)
	in.drain()
}

// drain frees what is in the channel.
func (in *inbox[T]) drain() {
	for {
		select {
		case m := <-in.ch:
			in.discard(m)
		default:
			return
		}
	}
}

// discard frees an item that was in the channel.
func (in *inbox[T]) discard(m message[T]) {
	if m.kind == item {
		in.edges[m.input].countFreed()
	}
	in.free(m)
}

// free frees an item that will not be processed. The item or mark leaves the room of the queue.
func (in *inbox[T]) free(m message[T]) {
	if m.kind == item {
		in.queue.Free(m.v)
	}
	in.leaveRoom(m.kind)
}

// leaveRoom gives the place of an item or a mark back to the room of the queue.
func (in *inbox[T]) leaveRoom(kind messageKind) {
	switch kind {
	case item:
		in.queue.Room.Leave()
	case syncRequest:
		in.queue.Room.leaveMark()
	}
}
