package pipeline

import (
	"sync"
	"time"
)

// activity says how a copy of a node spends its time.
type activity int

const (
	isIdle    activity = iota // waits for an item, or for its turn
	isBusy                    // is in the node's own code's own code
	isBlocked                 // waits for room in the next queue
	activities
)

// clock measures the time that a copy of a node spends on each activity, from its start until it is
// closed. It can be read at any time.
type clock struct {
	mu    sync.Mutex
	epoch time.Time // when it was started; zero: not yet
	doing activity
	since time.Duration // after the epoch
	done  bool
	spent [activities]time.Duration
}

func (c *clock) start() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.epoch = time.Now()
}

// turnTo begins an activity and returns the activity that it ends. The clock may be nil: a source
// has none.
func (c *clock) turnTo(a activity) (before activity) {
	if c == nil {
		return isIdle
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Since(c.epoch)
	c.spent[c.doing] += now - c.since
	before, c.doing, c.since = c.doing, a, now
	return before
}

func (c *clock) stop() {
	c.turnTo(isIdle)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.done = true
}

// addTo adds the times so far. An activity that goes on is included.
func (c *clock) addTo(s *NodeStats) {
	c.mu.Lock()
	defer c.mu.Unlock()
	spent := c.spent
	if !c.epoch.IsZero() && !c.done {
		goesOn := time.Since(c.epoch) - c.since
		spent[c.doing] += goesOn
		if c.doing == isBusy {
			s.InCall = max(s.InCall, goesOn)
		}
	}
	s.Idle += spent[isIdle]
	s.Busy += spent[isBusy]
	s.Blocked += spent[isBlocked]
}
