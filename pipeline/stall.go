package pipeline

import (
	"fmt"
	"sync/atomic"
	"time"
)

// StallError says that a node stayed inside one call for longer than Run.FailStalls allows. It
// comes in a NodeError, which names the node.
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

// Activity describes the call that a node is in.
type Activity struct {
	Of    string // the part of the node that works, the encoder's name for instance; may be ""
	Doing string // "writing to the destination"; "": nothing that the node can tell
	Beats int64  // changes whenever a call that may take long makes progress
}

// Watched is what a node implements that can describe its calls. Activity is called from another
// goroutine, at any time, and must not wait.
type Watched interface {
	Activity() Activity
}

// looks is how often a node must be seen in the same place. Looks are counted and not time, so that
// a process that was stopped and continued as a whole has not stalled.
const looks = 8

// pulse shows from outside whether a node is in its own code, and whether it is still in the same
// stretch of it.
type pulse struct {
	beats atomic.Int64 // odd: the node is in its own code
	stall sight        // for Run.FailStalls
	leave sight        // for Seat.Leave
}

// sight is what a goroutine that watches has seen of a node.
type sight struct {
	seen     int64 // beats
	activity int64 // the node's own
	still    int   // looks that found both unchanged
}

// look notes where the node is. Stalled: the node was there at each of the last looks.
func (s *sight) look(of *pulse, node Watched) (activity Activity, stalled bool) {
	if node != nil {
		activity = node.Activity()
	}
	beats := of.beats.Load()
	if beats%2 == 0 || beats != s.seen || activity.Beats != s.activity {
		s.seen, s.activity, s.still = beats, activity.Beats, 0
		return activity, false
	}
	s.still++
	return activity, s.still >= looks
}
