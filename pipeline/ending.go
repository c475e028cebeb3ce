package pipeline

import (
	"errors"
	"sync"
)

// ending is what the sinks of a run have come to. A sink that cannot be flushed does not stop the run while other sinks
// still consume or are flushed: they depend on nothing that failed, so what they write can become whole.
type ending struct {
	mu        sync.Mutex
	unflushed int   // sinks; set while the graph is wired
	failure   error // of sinks that had consumed everything; nil: none
}

// failAtEnd records the failure of a sink that has consumed everything. In a run that has stopped it does nothing: the run
// has its cause already.
func (r *Run) failAtEnd(node string, stream int, err error) {
	failure := error(&NodeError{Node: node, Stream: stream, Err: err})
	r.ending.mu.Lock()
	defer r.ending.mu.Unlock()
	if r.stopped() {
		return
	}
	if r.ending.failure != nil {
		failure = errors.Join(r.ending.failure, failure)
	}
	r.ending.failure = failure
}

// sinkFlushed counts a sink that has been flushed, or failed to be. After the last one, a failure stops the run.
func (r *Run) sinkFlushed() {
	r.ending.mu.Lock()
	defer r.ending.mu.Unlock()
	r.ending.unflushed--
	if r.ending.unflushed == 0 && r.ending.failure != nil {
		r.cancel(r.ending.failure)
	}
}

// outcome returns the error of a run that did not come to its natural end, where cause is why it was stopped, or nil.
func (e *ending) outcome(cause error) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	switch {
	case e.failure == nil, errors.Is(cause, e.failure):
		return cause
	case cause == nil:
		return e.failure
	default:
		return errors.Join(e.failure, cause)
	}
}
