package pipeline

import "time"

// Guest says how a best-effort sink takes part in a graph. Senders never wait for such a sink: an
// item for which its queue has no room is freed and counted as lost. Each input has room for
// Queue.Depth items, whatever waits on the other inputs.
//
// The functions are called on the goroutine that sends the item, for one item of an input after
// another. They must not wait or panic, must not call a function that joins a sink or Seat.Leave,
// and must not keep the item. All of them may be nil.
type Guest[In any] struct {
	// Begins says whether the sink can begin with an item: with a key frame, for instance. After a
	// loss all items of the input are lost, up to the next one with which the sink can begin and for
	// which there is room. The first item of an input begins too if the sink joins a running graph.
	// nil: the sink can begin with every item.
	Begins func(input int, v In) bool

	// OnLosing says that a loss begins. OnKept says that it has ended, and how many items were lost
	// since it began. A loss that lasts until the input ends, or the sink, has no end of its own.
	OnLosing func(input int)
	OnKept   func(input int, lost int64)

	// Wants says that an item was skipped although there was room: all that is missing is an item with
	// which the sink can begin. It is called for each such item.
	Wants func(input int)

	// ClosingTime is how long it takes at least to close the sink. It is added to the second that the
	// guest has for its end.
	ClosingTime time.Duration
}
