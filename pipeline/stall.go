package pipeline

import (
	"fmt"
	"sync/atomic"
	"time"
)

// StallError says that a node stayed inside one call for longer than Run.FailStalls allows. It comes in a NodeError, which names
// the node.
type StallError struct {
	Activity
	For     time.Duration // how long at least
	Waiting int           // items that wait for the node
}

func (e *StallError) Error() string {
	of, doing, items := e.Of, e.Doing, "items wait"
	if of == "" {
		of = "it"
	}
	if doing == "" {
		doing = "inside a call"
	}
	if e.Waiting == 1 {
		items = "item waits"
	}
	return fmt.Sprintf("stalled: %s has been %s for %v while %d %s", of, doing, e.For, e.Waiting, items)
}

// Activity is what a node says of the call that it is in.
type Activity struct {
	Of    string // what is at work there: the encoder's name for instance; may be ""
	Doing string // "writing to the destination"; "": nothing that it could tell
	Beats int64  // changes whenever a call that may take long gets on
}

// Watched is what a node implements that knows more of its calls than that they last. Activity is called from another goroutine, at
// any time, and must not wait.
type Watched interface {
	Activity() Activity
}

// FailStalls makes the run fail when a node stays inside one call for timeout without emitting anything; the error is a StallError.
// A call that waits for room in the next queue, or for its turn, does not count, nor does a node that waits for items: so what is blamed is always
// the node that all others wait for. It is for the time before Start. 0, and the default, is never.
func (r *Run) FailStalls(timeout time.Duration) { r.stallTimeout = timeout }

// looks is how often a node must be seen in the same place. Looks are counted, not time: a process that was stopped for a
// while, as a whole, has not stalled.
const looks = 8

// watch waits until all actors have returned or the run has stopped, and meanwhile stops it if a node stalls.
func (r *Run) watch() {
	var look <-chan time.Time // nil: never
	if r.stallTimeout > 0 {
		ticker := time.NewTicker(max(r.stallTimeout/looks, time.Millisecond))
		defer ticker.Stop()
		look = ticker.C
	}
	for {
		select {
		case <-r.returned:
			return
		case <-r.ctx.Done():
			return
		case <-look:
			for _, a := range r.actors {
				a.failIfStalled(r.stallTimeout)
			}
		}
	}
}

func (a *actor[In]) failIfStalled(timeout time.Duration) {
	for _, w := range a.copies {
		activity, stalled := w.pulse.look(w.watched)
		if stalled {
			a.run.fail(a.name, a.stream, &StallError{Activity: activity, For: timeout, Waiting: a.in.waiting()})
		}
	}
}

// pulse shows from outside whether a node is in its own code, and whether it is still in the same stretch of it.
type pulse struct {
	beats atomic.Int64 // odd: in its own code

	seen     int64 // from here on for the watcher alone
	activity int64
	still    int
}

// beat is called as the node's own code begins and ends.
func (w *worker[In]) beat() {
	if w.run.stallTimeout > 0 {
		w.pulse.beats.Add(1)
	}
}

// look notes where the node is. Stalled: it has been there at the last so many looks.
func (p *pulse) look(node Watched) (activity Activity, stalled bool) {
	if node != nil {
		activity = node.Activity()
	}
	beats := p.beats.Load()
	if beats%2 == 0 || beats != p.seen || activity.Beats != p.activity {
		p.seen, p.activity, p.still = beats, activity.Beats, 0
		return activity, false
	}
	p.still++
	return activity, p.still >= looks
}
