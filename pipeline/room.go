package pipeline

import (
	"context"
	"sync/atomic"
)

// Room counts the items that wait on a stretch of a graph, from a source to the node that takes
// them out of the last queue of the stretch, and tells whether there is a place for one more. With
// a Room, a program can drop an item for which there is no place, instead of waiting for the nodes
// behind the stretch.
//
//	source ─queue─▶ convert ─queue─▶ encode
//	│←────────────── room ───────────→│
//
// Every queue of the stretch names the room in Queue.Room, and the last one has Queue.LeavesRoom. A
// queue must be deep enough for all places. Then no node of the stretch ever waits for room in a
// queue, so that an item is processed at once up to the last queue. A mark of Run.Sync has a place
// of its own. At most one mark is in the room.
type Room struct {
	places int64
	taken  atomic.Int64
	mark   chan struct{} // full while a mark is in the room
}

// NewRoom returns a room with this number of places.
func NewRoom(places int) *Room {
	return &Room{places: int64(places), mark: make(chan struct{}, 1)}
}

// Enter takes a place for an item that is sent to the source next. False: no place is free. A nil
// Room always has a place. One call at a time may enter a room.
func (r *Room) Enter() bool {
	if r == nil {
		return true
	}
	if r.taken.Load() >= r.places {
		return false
	}
	r.taken.Add(1)
	return true
}

// Leave gives a place back. The engine calls it when the item leaves the stretch or is freed. A
// caller that has entered and sends no item must call it.
func (r *Room) Leave() {
	if r != nil {
		r.taken.Add(-1)
	}
}

// add takes a place for an item that a node makes, even if no place is free.
func (r *Room) add() { r.taken.Add(1) }

// enterMark waits until no mark is in the room. False: the run stopped, or cancelled was closed,
// before that.
func (r *Room) enterMark(stopped, cancelled <-chan struct{}) bool {
	if r == nil {
		return true
	}
	select {
	case r.mark <- struct{}{}:
		return true
	case <-stopped:
	case <-cancelled:
	}
	return false
}

func (r *Room) leaveMark() {
	if r != nil {
		<-r.mark
	}
}

// Recount returns a node of a room's stretch that counts what the node p emits, because p may emit
// more or fewer items than it takes. An item that p takes has its place until p has processed it.
// An item that p keeps for later has none. What p emits may be more than the room has places for. p
// then waits, but the nodes in front of it do not. A nil Room counts nothing.
func Recount[In, Out any](r *Room, p Processor[In, Out]) Processor[In, Out] {
	if r == nil {
		return p
	}
	c := &recount[In, Out]{Processor: p, room: r}
	c.pass = c.count
	return c
}

type recount[In, Out any] struct {
	Processor[In, Out]
	room *Room
	pass Emit[Out] // count; made once, so that a call allocates nothing
	emit Emit[Out] // of the call under way
}

// Process gives back the place of in when the node has processed it.
func (c *recount[In, Out]) Process(ctx context.Context, in In, emit Emit[Out]) error {
	defer c.room.Leave()
	c.emit = emit
	return c.Processor.Process(ctx, in, c.pass)
}

// Flush counts what the node emits at its end.
func (c *recount[In, Out]) Flush(ctx context.Context, emit Emit[Out]) error {
	c.emit = emit
	return c.Processor.Flush(ctx, c.pass)
}

func (c *recount[In, Out]) count(v Out) error {
	c.room.add()
	return c.emit(v)
}

// Held is what the node holds, if it is a Holder.
func (c *recount[In, Out]) Held() int64 {
	if holder, ok := c.Processor.(Holder); ok {
		return holder.Held()
	}
	return 0
}
