package pipeline

import (
	"errors"
	"sync"
)

// ending counts the required sinks that have not been flushed yet, and keeps the failures of sinks
// that have consumed everything.
//
// A sink that fails while it is flushed does not stop the run while other sinks still consume or
// are flushed. The other sinks do not depend on the one that failed, so their outputs can be
// complete.
type ending struct {
	mu        sync.Mutex
	unflushed int   // required sinks
	failure   error // of sinks that had consumed everything; nil: none
}

// failAtEnd records the failure of a sink that has consumed everything. It does nothing in a run
// that has stopped, because such a run has its cause already.
func (l *life) failAtEnd(failure error) {
	l.ending.mu.Lock()
	defer l.ending.mu.Unlock()
	if l.stopped() {
		return
	}
	if l.ending.failure != nil {
		failure = errors.Join(l.ending.failure, failure)
	}
	l.ending.failure = failure
}

// addUnflushed counts a sink that has joined.
func (l *life) addUnflushed() {
	l.ending.mu.Lock()
	defer l.ending.mu.Unlock()
	l.ending.unflushed++
}

// sinkFlushed counts a sink that was flushed, with or without success. After the last sink of a run
// that is being closed, a failure stops the run.
func (l *life) sinkFlushed() {
	l.ending.mu.Lock()
	defer l.ending.mu.Unlock()
	l.ending.unflushed--
	if l.ending.unflushed == 0 && l.ending.failure != nil && isClosed(l.closing) {
		l.cancel(l.ending.failure)
	}
}

// outcome returns the error of a run that did not come to its natural end. cause is why the run was
// stopped; nil: it was not.
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
