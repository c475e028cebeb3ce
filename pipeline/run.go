package pipeline

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// How long a stopped run waits for calls into its nodes: before it wakes those that can be woken, and before it leaves the rest
// behind. Together they stay below the second that Close and Abort promise.
const (
	wakeAfter    = 100 * time.Millisecond
	abandonAfter = 800 * time.Millisecond
)

// Run is one graph and its life: wired with NewSource, Connect and Join, started once, and ended by Close, by Abort, by its
// context or by the first error of a node.
type Run struct {
	ctx    context.Context // every actor lives by it; its cause is the run's
	cancel context.CancelCauseFunc

	made     time.Time
	sources  []feeder
	actors   []anyActor
	loops    []func() // one for each copy of each node
	edges    []*edge
	supplies []*Supply
	calls    longCalls
	open     int      // outlets that are not connected yet
	atEnd    []func() // called when the run is over

	stallTimeout time.Duration // 0: none

	closing   chan struct{} // closed when the sinks may finish
	closeOnce sync.Once
	started   atomic.Bool
	ending    ending
	running   sync.WaitGroup
	completed atomic.Int32  // copies that came to their natural end
	returned  chan struct{} // closed when all actors have returned
	finished  chan struct{} // closed when the run is over; err and abandoned are set before
	err       error
	abandoned int

	marking  chan struct{} // held while a mark is sent
	lastMark int64
	syncs    []chan *syncMark
}

// feeder is a source of whatever it sends.
type feeder interface {
	End()
	sync(mark int64, cancelled <-chan struct{}) bool
	streamOf() int
	hasEnded() bool
	fedAt() time.Duration // since the run was made; 0: never
	lastCall() span       // that fed it, or that feeds it
}

// NewRun returns an empty graph that will live no longer than ctx.
func NewRun(ctx context.Context) *Run {
	r := &Run{
		made:     time.Now(),
		closing:  make(chan struct{}),
		returned: make(chan struct{}),
		finished: make(chan struct{}),
		marking:  make(chan struct{}, 1),
	}
	r.ctx, r.cancel = context.WithCancelCause(ctx)
	return r
}

// Start starts the actors, and so takes over all nodes: each will be closed, whatever happens. It panics if the graph has loose
// ends or was started before. All else that a run can do, it does once Start has returned.
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

// supervise waits for the end of the run and sees to it that a stopped one ends soon. Where every copy came to its natural end
// there is no error, even if somebody stopped the run after that.
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

// OnEnd has f called when the run is over, however it ended, before Wait returns. It is for the time before Start.
func (r *Run) OnEnd(f func()) { r.atEnd = append(r.atEnd, f) }

func (r *Run) endSources() {
	for _, s := range r.sources {
		s.End()
	}
}

// awaitStopped waits for the actors of a stopped run, wakes those that do not return, and leaves behind those that still do not.
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

// wake wakes whatever does not return. The channel is closed when all that has been done.
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

// within says whether all of done are closed before time is up.
func within(up <-chan time.Time, done ...<-chan struct{}) bool {
	for _, ch := range done {
		select {
		case <-ch:
		case <-up:
			return false
		}
	}
	return true
}

// Close is the soft stop. It ends all sources, lets every actor drain, flush and close in order, and the sinks finish. It
// returns nil, or why the run stopped before. A second call waits for the same end.
func (r *Run) Close() error {
	r.endSources()
	r.closeOnce.Do(func() { close(r.closing) })
	return r.Wait()
}

// Abort is the hard stop: actors free what waits in their queues and skip Flush. Where the run has not stopped before, cause
// becomes its cause (nil: ErrAborted). It returns when the run is over, with its cause; nil if the run had finished. A run that
// was never started needs no Abort to be garbage, but it may have one: its nodes stay with the caller.
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

// Wait waits for the end of the run and returns nil, or why it stopped. It does not itself end anything.
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

// causeOr returns why the run stopped, or otherwise if it goes on or finished.
func (r *Run) causeOr(otherwise error) error {
	cause := context.Cause(r.ctx) // read before finished is, which is closed before the context of a run that finished
	if isClosed(r.finished) {
		cause = r.err
	}
	if cause != nil {
		return cause
	}
	return otherwise
}

func (r *Run) stopped() bool { return r.ctx.Err() != nil }

// fail stops the run, unless it has stopped already: the first failure wins.
func (r *Run) fail(node string, stream int, err error) {
	r.cancel(&NodeError{Node: node, Stream: stream, Err: err})
}
