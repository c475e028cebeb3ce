package pipeline

import "context"

// Emit sends v to the next actors. It blocks while a queue of theirs is full and returns the run's
// cause once the run has stopped. Ownership of v passes with the call, also when it fails.
type Emit[T any] func(v T) error

// Processor turns items into other items. The engine calls it from one goroutine at a time. It must
// not start goroutines or hold channels.
type Processor[In, Out any] interface {
	// Process takes ownership of in, also when it fails. It may emit any number of items, or keep some
	// for later.
	Process(ctx context.Context, in In, emit Emit[Out]) error
	// Flush emits what is still held. It is called once, after the last item, and not at all on a hard
	// stop.
	Flush(ctx context.Context, emit Emit[Out]) error
	// Close frees everything. It is called exactly once, however the run ends.
	Close()
}

// Sink is an end of a graph: it consumes the items of any number of inputs, numbered as they were
// joined.
type Sink[In any] interface {
	// Consume takes ownership of v, also when it fails.
	Consume(ctx context.Context, input int, v In) error
	// EndInput says that nothing more comes from this input.
	EndInput(ctx context.Context, input int) error
	// Flush finishes the output. It is called once, after the last input has ended and the run is
	// being closed, or the sink leaves. It is not called on a hard stop. Its failure does not keep
	// other sinks from being flushed.
	Flush(ctx context.Context) error
	// Close frees everything. It is called exactly once, however the run ends.
	Close()
}

// Syncer is what a Sink implements to take part in Run.Sync.
type Syncer interface {
	// Sync brings everything that was consumed so far to its destination.
	Sync(ctx context.Context) error
}

// Holder is what a node implements that keeps items for later.
type Holder interface {
	// Held returns how much the node keeps, in items or in a unit of the node's choice. The engine
	// calls it between the other calls, from the same goroutine, and not after Close.
	Held() int64
}

// Waker is what a node implements whose calls can block outside the engine, in a write for
// instance.
type Waker interface {
	// Wake should make the call into the node that is under way return, and later calls return at
	// once. The engine calls it at most once, from another goroutine, a while after the run stopped,
	// or the sink alone was stopped, if the node has not been closed by then. It may overlap with any
	// other call, Close included, and may even come just after Close. It must do no harm then.
	Wake()
}
