package api

import (
	"runtime"
	"sync"
)

// ThreadBudget is a number of threads that several encoders share, as the encoders of many streams
// on one machine do. It is safe for use by several goroutines at once.
//
// An encoder takes part from NewEncoder on. When it opens, it gets what no open encoder has,
// divided by the number of those that are not open yet, itself included; its video streams divide
// that. Each gets one thread at least, so that the sum is larger than the budget only where there
// are more streams than threads, or where an encoder was made after others had taken all; and no
// more than its encoder profits from at that size, so that the rest is left for others. Threads
// cannot change hands while an encoder runs: whoever makes all encoders before the first opens
// divides best. An encoder gives its threads back when its run is over, however it ended.
//
// A stream that gets one thread is converted and encoded by one actor, "convert+encode", on that
// thread: side by side they would take two.
//
// A stream with a number of threads of its own, and sound, which is encoded by one thread, take no
// part.
type ThreadBudget struct {
	size int // 0: the process's own, which follows from how many Go runs at once

	mu      sync.Mutex
	held    int // threads that open encoders have; more than size where more than all have been given
	streams int // of these encoders, which have them
	waiting int // encoders that may still open. The process's own does not count them
}

// NewThreadBudget returns a budget of n threads. n < 1 means as many as Go runs at once
// (runtime.GOMAXPROCS), which is the number of cores unless the program or its environment has said
// otherwise.
func NewThreadBudget(n int) *ThreadBudget {
	if n < 1 {
		n = runtime.GOMAXPROCS(0)
	}
	return &ThreadBudget{size: n}
}

// processThreads are shared by all encoders that were given no budget.
var processThreads = &ThreadBudget{}

// WithThreadBudget lets the encoder share the threads of b with all others that do. nil, and the
// default, is the budget of the process: four times the cores that Go runs on (runtime.GOMAXPROCS),
// shared by all encoders without another budget that are open. An encoder gets all cores that it
// profits from while it is one of at most four. One that opens beside more gets what these have
// left of the budget, or where that is more, an even part of it, so that it is never starved by
// those that came first. So how many threads a stream gets, on which the bytes of some codecs
// depend, follows from what else is open, once that is much; VideoConfig.Threads, or a budget,
// makes that the program's own choice.
func WithThreadBudget(b *ThreadBudget) Option { return func(s *settings) { s.budget = b } }

// isProcess says whether this is the budget of those that have no other.
func (b *ThreadBudget) isProcess() bool { return b.size == 0 }

// part is what an encoder with so many streams gets when it opens. The mutex is held.
func (b *ThreadBudget) part(streams int) int {
	if !b.isProcess() {
		return (b.size - b.held) / b.waiting
	}
	cores := runtime.GOMAXPROCS(0)
	all := crowd * cores
	return min(cores*streams, max(all-b.held, all*streams/max(1, b.streams+streams)))
}

// crowd is how many encoders may have all cores at the same time without a budget. On how many
// threads an encoder has, the bytes of some codecs depend; so whoever compares or records with a
// few encoders at a time gets what one alone would write. The cores are shared by the system then,
// which costs little for a few.
const crowd = 4

// join lets one more encoder take part.
func (b *ThreadBudget) join() *claim {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.wait(1)
	return &claim{budget: b}
}

// wait counts encoders that may still open. The mutex is held.
func (b *ThreadBudget) wait(n int) {
	if !b.isProcess() { // which an encoder that nobody opens, nor closes, must not keep threads from
		b.waiting += n
	}
}

// claim is the part that one encoder has in a budget.
type claim struct {
	budget  *ThreadBudget // whose mutex guards the rest
	open    bool          // it has taken its share
	left    bool          // it takes part no more
	held    int
	streams int
}

// take takes the share of an encoder that opens with so many video streams, and returns the threads
// of each of them. keep says later how many are used.
func (c *claim) take(streams int) (threads int) {
	b := c.budget
	b.mu.Lock()
	defer b.mu.Unlock()
	each := max(1, b.part(streams)/max(1, streams))
	b.wait(-1)
	c.open = true
	c.hold(each*streams, streams)
	return each
}

// hold changes what the claim holds. The mutex is held.
func (c *claim) hold(threads, streams int) {
	c.budget.held += threads - c.held
	c.budget.streams += streams - c.streams
	c.held, c.streams = threads, streams
}

// keep gives back what its streams have no use for: they use so many threads together.
func (c *claim) keep(used int) {
	c.budget.mu.Lock()
	defer c.budget.mu.Unlock()
	c.hold(min(used, c.held), c.streams)
}

// putBack undoes take: the encoder did not open, and may try again.
func (c *claim) putBack() {
	c.budget.mu.Lock()
	defer c.budget.mu.Unlock()
	if c.left {
		return
	}
	c.hold(0, 0)
	c.budget.wait(1)
	c.open = false
}

// leave gives all back for good. Again, it does nothing.
func (c *claim) leave() {
	c.budget.mu.Lock()
	defer c.budget.mu.Unlock()
	if c.left {
		return
	}
	c.left = true
	if !c.open {
		c.budget.wait(-1)
	}
	c.hold(0, 0)
}

// forget is leave for an encoder that became garbage. One that is open leaves at the end of its
// run.
func (c *claim) forget() {
	c.budget.mu.Lock()
	open := c.open
	c.budget.mu.Unlock()
	if !open {
		c.leave()
	}
}
