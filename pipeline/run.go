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
	running   sync.WaitGroup // the copies of processors, and the required sinks
	returned  chan struct{}  // closed when all of them have ended
	abandoned atomic.Int32   // actors that were left behind

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
	for _, loop := range r.sinkLoops {
		go loop() // its seat counts as running
	}
	r.running.Go(r.awaitEnd)
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
		r.admitNoMore()
		r.endSources()
		r.awaitStopped()
	} else {
		r.awaitGuests()
	}
	if r.incomplete.Load() > 0 {
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

// awaitEnd waits until the run is closed or has stopped, so that it is not over before. After that
// no sink joins.
func (r *Run) awaitEnd() {
	select {
	case <-r.closing:
	case <-r.ctx.Done():
	}
	r.admitNoMore()
}

func (r *Run) endSources() {
	for _, s := range r.sources {
		s.End()
	}
}

// awaitStopped waits for the actors of a stopped run. It wakes actors that do not return, and
// leaves behind those that do not return after that.
func (r *Run) awaitStopped() {
	ends := r.ends()
	if within(time.After(wakeAfter), ends...) {
		return
	}
	if within(time.After(abandonAfter), append(ends, r.wake())...) {
		return
	}
	r.abandon()
}

// ends returns what is closed when all actors have ended.
func (r *Run) ends() []<-chan struct{} {
	ends := []<-chan struct{}{r.returned}
	for _, s := range r.seated() {
		ends = append(ends, s.done)
	}
	return ends
}

// abandon leaves behind all actors that are stuck.
func (r *Run) abandon() {
	actors := r.members()
	for _, a := range actors {
		if a.streamOf() != NoStream && a.stuck() {
			r.abandoned.Add(1)
		}
	}
	for _, s := range r.seated() {
		if s.actor.stuck() {
			s.leaveBehind()
		}
	}
}

// awaitGuests waits for the guests of a run whose other actors have ended. Guests that do not end
// in time are woken, and then left behind.
func (r *Run) awaitGuests() {
	ends, longest := r.ends(), guestPatience
	for _, s := range r.seated() {
		late := time.AfterFunc(s.patience, s.failLate)
		defer late.Stop()
		longest = max(longest, s.patience)
	}
	if !r.endWithin(longest+2*abandonLateAfter, ends) {
		r.awaitStopped() // the run was aborted meanwhile
	}
}

// endWithin waits until all of ends are closed. False: the time was up before, or the run stopped.
func (r *Run) endWithin(long time.Duration, ends []<-chan struct{}) bool {
	ctx, cancel := context.WithTimeout(r.ctx, long)
	defer cancel()
	return within(ctx.Done(), ends...)
}

// wake wakes the actors that have not returned. The channel is closed when all calls to wake have
// returned.
func (r *Run) wake() <-chan struct{} {
	woken := make(chan struct{})
	var waking sync.WaitGroup
	actors := r.members()
	for _, a := range actors {
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
	r.admitNoMore()
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

// Stats is a snapshot of the counters. It can be taken at any time. Sinks that have ended before
// the run, and their edges, are left out; their figures are in Seat.Stats. abandoned counts the
// actors that were left behind so far, guests included.
func (r *Run) Stats() (nodes []NodeStats, edges []EdgeStats, abandoned int) {
	r.mu.Lock() // and no copy of the two, so that a snapshot costs little
	defer r.mu.Unlock()
	nodes, edges = make([]NodeStats, 0, len(r.actors)), make([]EdgeStats, 0, len(r.edges))
	for _, a := range r.actors {
		nodes = append(nodes, a.stats())
	}
	for _, e := range r.edges {
		edges = append(edges, e.stats())
	}
	return nodes, edges, int(r.abandoned.Load())
}
