package api

import (
	"runtime"
	"sync"
)

// ThreadBudget is a number of threads that several encoders share, for example the encoders of many
// streams on one machine. It is safe for use by several goroutines at once.
//
// An encoder takes part from NewEncoder on. When it opens, it gets an even part of the threads that
// no open encoder has: they are divided by the number of encoders that are not open yet, itself
// included. Its video streams divide its part. Each stream gets at least one thread, so the sum is
// above the budget only where there are more streams than threads, or where an encoder was made
// after others had taken all threads. No stream gets more threads than its encoder profits from at
// its size; the rest is left for others. Threads cannot move from one running encoder to another,
// so the division is best if all encoders are made before the first one opens. An encoder gives its
// threads back when its run ends.
//
// A stream that gets one thread is converted and encoded by one actor, "convert+encode", on that
// thread.
//
// A stream whose VideoConfig.Threads is set takes no part, and neither does an audio stream, which
// is encoded by one thread.
type ThreadBudget struct {
	size int // 0: the budget of the process, which follows from GOMAXPROCS

	mu      sync.Mutex
	held    int // threads of open encoders; above size if more than all were given
	streams int // video streams of open encoders
	waiting int // encoders that may still open; not counted in the budget of the process
}

// NewThreadBudget returns a budget of n threads. n < 1 means runtime.GOMAXPROCS(0), which is the
// number of cores unless the program or its environment has changed it.
func NewThreadBudget(n int) *ThreadBudget {
	if n < 1 {
		n = runtime.GOMAXPROCS(0)
	}
	return &ThreadBudget{size: n}
}

// processThreads is the budget of all encoders that were given none.
var processThreads = &ThreadBudget{}

// WithThreadBudget makes the encoder share the threads of b with all other encoders that do. The
// default, and nil, is the budget of the process: four times runtime.GOMAXPROCS(0), shared by all
// open encoders without another budget.
//
// With the budget of the process an encoder gets all cores that it profits from while at most four
// encoders are open. An encoder that opens beside more gets the threads that these have left, or an
// even part of the budget if that is more. The number of threads of a stream then depends on what
// else is open, and the bytes of some codecs depend on that number. Set VideoConfig.Threads, or
// give a budget, to choose the number.
func WithThreadBudget(b *ThreadBudget) Option { return func(s *settings) { s.budget = b } }

// isProcess says whether this is the budget of the process.
func (b *ThreadBudget) isProcess() bool { return b.size == 0 }

// part returns the threads of an encoder with this number of streams that opens now. The caller
// holds the mutex.
func (b *ThreadBudget) part(streams int) int {
	if !b.isProcess() {
		return (b.size - b.held) / b.waiting
	}
	cores := runtime.GOMAXPROCS(0)
	all := crowd * cores
	return min(cores*streams, max(all-b.held, all*streams/max(1, b.streams+streams)))
}

// crowd is the number of encoders that may each have all cores without a budget. The bytes of some
// codecs depend on the number of threads. With a few encoders at a time, each of them therefore
// writes the same bytes as it would alone. The system shares the cores among them, at little cost.
const crowd = 4

// join lets one more encoder take part.
func (b *ThreadBudget) join() *claim {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.addWaiting(1)
	return &claim{budget: b}
}

// addWaiting counts encoders that may still open. The budget of the process does not count them, so
// that an encoder which nobody opens or closes keeps no threads. The caller holds the mutex.
func (b *ThreadBudget) addWaiting(n int) {
	if !b.isProcess() {
		b.waiting += n
	}
}
