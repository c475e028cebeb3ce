package pipeline

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// How long a stopped run waits for calls into its nodes: until it wakes the nodes that can be
// woken, and then until it leaves the rest behind. Together they stay below the second that Close
// and Abort promise.
const (
	wakeAfter    = 100 * time.Millisecond
	abandonAfter = 800 * time.Millisecond
)

// Run is one graph and its life. NewSource, Connect and Join wire it. Start starts it, once. Close,
// Abort, its context or the first error of a node end it.
type Run struct {
	parts
	atEnd []func() // called when the run is over

	closeOnce sync.Once
	started   atomic.Bool
	running   sync.WaitGroup
	returned  chan struct{} // closed when all actors have returned
	abandoned int           // actors that were left behind; set before finished is closed

	marking  chan struct{} // held while a mark is sent
	lastMark int64
}

// NewRun returns an empty graph that will live no longer than ctx.
func NewRun(ctx context.Context) *Run {
	return &Run{
		parts:    parts{life: newLife(ctx)},
		returned: make(chan struct{}),
		marking:  make(chan struct{}, 1),
	}
}

// Start starts the actors and takes over all nodes: each will be closed, however the run ends. It
// panics if the graph has loose ends or was started before. Call all other methods that use the
// running graph after Start has returned.
func (r *Run) Start() {
	r.checkConnected()
	if r.started.Swap(true) {
		panic("pipeline: the run was started before")
	}
	r.trace()
	for _, loop := range r.loops {
		r.running.Go(loop)
	}
	go func() {
		r.running.Wait()
		close(r.returned)
	}()
	go r.supervise()
}

// supervise waits for the end of the run, and makes a stopped run end soon. If every copy came to
// its natural end there is no error, even if the run was stopped after that.
func (r *Run) supervise() {
	r.watch()
	if r.stopped() {
		r.endSources()
		r.awaitStopped()
	}
	if int(r.completed.Load()) < len(r.loops) {
		r.err = r.ending.outcome(context.Cause(r.ctx))
	}
	for _, f := range r.atEnd {
		f()
	}
	close(r.finished)
	r.cancel(nil)
}

// OnEnd has f called when the run is over, however it ended, before Wait returns. Call OnEnd before
// Start.
func (r *Run) OnEnd(f func()) { r.atEnd = append(r.atEnd, f) }

func (r *Run) endSources() {
	for _, s := range r.sources {
		s.End()
	}
}

// awaitStopped waits for the actors of a stopped run. It wakes actors that do not return, and
// leaves behind those that do not return after that.
func (r *Run) awaitStopped() {
	if within(time.After(wakeAfter), r.returned) {
		return
	}
	if within(time.After(abandonAfter), r.wake(), r.returned) {
		return
	}
	for _, a := range r.actors {
		if a.stuck() {
			r.abandoned++
		}
	}
}

// wake wakes the actors that have not returned. The channel is closed when all calls to wake have
// returned.
func (r *Run) wake() <-chan struct{} {
	woken := make(chan struct{})
	var waking sync.WaitGroup
	for _, a := range r.actors {
		a.wake(&waking)
	}
	go func() {
		waking.Wait()
		close(woken)
	}()
	return woken
}

// Close is the soft stop. It ends all sources. Every actor then drains its queue, is flushed and is
// closed, in the order of the flow; sinks are flushed last. Close returns nil, or why the run
// stopped before. A second call waits for the same end.
//
// A sink that fails while it is flushed does not stop the others: they are flushed too. If several
// sinks fail in this way, the error joins their failures.
func (r *Run) Close() error {
	r.endSources()
	r.closeOnce.Do(func() { close(r.closing) })
	return r.Wait()
}

// Abort is the hard stop: actors free the items in their queues and skip Flush. If the run has not
// stopped before, cause becomes its cause (nil: ErrAborted). Abort returns when the run is over,
// with its cause; nil if the run had finished. A run that was never started can be dropped without
// Abort. Abort of such a run leaves its nodes to the caller.
func (r *Run) Abort(cause error) error {
	if cause == nil {
		cause = ErrAborted
	}
	r.Stop(cause)
	if !r.started.Load() {
		return r.Cause()
	}
	return r.Wait()
}

// Stop begins a hard stop, as Abort does, and does not wait for its end.
func (r *Run) Stop(cause error) { r.cancel(cause) }

// Wait waits for the end of the run and returns nil, or why the run stopped. It does not end the
// run.
func (r *Run) Wait() error {
	<-r.finished
	return r.err
}

// Done is closed when the run has stopped or finished.
func (r *Run) Done() <-chan struct{} { return r.ctx.Done() }

// Cause returns why the run stopped; nil while it goes on and after it finished.
func (r *Run) Cause() error { return r.causeOr(nil) }

// Stats is a snapshot of the counters. It can be taken at any time.
func (r *Run) Stats() (nodes []NodeStats, edges []EdgeStats, abandoned int) {
	nodes, edges = make([]NodeStats, 0, len(r.actors)), make([]EdgeStats, 0, len(r.edges))
	for _, a := range r.actors {
		nodes = append(nodes, a.stats())
	}
	for _, e := range r.edges {
		edges = append(edges, e.stats())
	}
	if isClosed(r.finished) {
		abandoned = r.abandoned
	}
	return nodes, edges, abandoned
}
