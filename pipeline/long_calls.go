package pipeline

import (
	"slices"
	"sync"
	"time"
)

// shortCall is the length below which a call does not matter. The list of longer calls is made anew
// no more often.
const shortCall = 10 * time.Millisecond

// longCalls finds calls that fed a source and took long: of each source the call under way, or the
// last one.
type longCalls struct {
	sources []feeder // of the run; set by Start

	mu     sync.Mutex
	listed time.Duration // when the list was made, since the run was made; 0: never
	list   []longCall
}

// longCall is a call that took, or has taken, longer than shortCall.
type longCall struct {
	of feeder
	span
}

// longest returns the length, after the moment from, of the longest call that fed a source other
// than these.
func (c *longCalls) longest(others []feeder, from, now time.Duration) (longest time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.listed == 0 || now-c.listed > shortCall {
		c.listed, c.list = now, c.list[:0]
		for _, source := range c.sources {
			if call := source.lastCall(); call.within(0, now) > shortCall {
				c.list = append(c.list, longCall{source, call})
			}
		}
	}
	for _, call := range c.list {
		if !slices.Contains(others, call.of) {
			longest = max(longest, call.within(from, now))
		}
	}
	return longest
}
