package api

import (
	"runtime"
	"sync"
)

// ThreadBudget is a number of threads that several encoders share, as the encoders of many streams on one machine do. It is safe for use by several
// goroutines at once.
//
// An encoder takes part from NewEncoder on. When it opens, it gets what no open encoder has, divided by the number of those that are not open yet, itself
// included; its video streams divide that. Each gets 64 threads at most, and one at least, so that the sum is larger than the budget only where there are more
// streams than threads, or where an encoder was made after others had taken all. Threads cannot change hands while an encoder runs: whoever makes
// all encoders before the first opens divides best. An encoder gives its threads back when its run is over, however it ended.
//
// A stream that gets one thread is converted and encoded by one actor, "convert+encode", on that thread: side by side they would take two.
//
// A stream with a number of threads of its own, and sound, which is encoded by one thread, take no part.
type ThreadBudget struct {
	mu      sync.Mutex
	left    int // threads that no open encoder has; below 0 where more than all have been given
	waiting int // encoders that may still open
}

// NewThreadBudget returns a budget of n threads. n < 1 means as many as Go runs at once (runtime.GOMAXPROCS), which is the number of cores unless the
// program or its environment has said otherwise.
func NewThreadBudget(n int) *ThreadBudget {
	if n < 1 {
		n = runtime.GOMAXPROCS(0)
	}
	return &ThreadBudget{left: n}
}

// WithThreadBudget lets the encoder share the threads of b with all others that do. nil, and the default, is no budget: each stream takes as
// many threads as there are cores.
func WithThreadBudget(b *ThreadBudget) Option { return func(s *settings) { s.budget = b } }

// join lets one more encoder take part.
func (b *ThreadBudget) join() *claim {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.waiting++
	return &claim{budget: b}
}

// claim is the part that one encoder has in a budget. A nil claim is that of an encoder without one.
type claim struct {
	budget *ThreadBudget // whose mutex guards the rest
	open   bool          // it has taken its share
	left   bool          // it takes part no more
	held   int
}

// mostThreads is how many frames at a time FFmpeg's own encoders take, and do not open with more (MAX_THREADS in frame_thread_encoder.c).
const mostThreads = 64

// take takes the share of an encoder that opens with so many video streams, and returns how many threads each gets; 0: there is no budget.
func (c *claim) take(streams int) int {
	if c == nil {
		return 0
	}
	b := c.budget
	b.mu.Lock()
	defer b.mu.Unlock()
	each := min(max(1, b.left/b.waiting/max(1, streams)), mostThreads)
	b.waiting--
	c.open, c.held = true, each*streams
	b.left -= c.held
	return each
}

// putBack undoes take: the encoder did not open, and may try again.
func (c *claim) putBack() {
	if c == nil {
		return
	}
	c.budget.mu.Lock()
	defer c.budget.mu.Unlock()
	c.budget.left += c.held
	c.budget.waiting++
	c.open, c.held = false, 0
}

// leave gives all back for good. Again, it does nothing.
func (c *claim) leave() {
	if c == nil {
		return
	}
	c.budget.mu.Lock()
	defer c.budget.mu.Unlock()
	if c.left {
		return
	}
	c.left = true
	if !c.open {
		c.budget.waiting--
	}
	c.budget.left += c.held
	c.held = 0
}

// forget is leave for an encoder that became garbage. One that is open leaves at the end of its run.
func (c *claim) forget() {
	c.budget.mu.Lock()
	open := c.open
	c.budget.mu.Unlock()
	if !open {
		c.leave()
	}
}
