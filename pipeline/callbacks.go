package pipeline

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// Callbacks knows which goroutines are inside code of the caller's that was called by a graph, by its writer or logger for
// instance. That code must not wait for the graph, which waits for it; with Callbacks, a call that would can tell. The zero
// value is ready, and nil is too: it knows of none.
type Callbacks struct {
	running atomic.Int32 // calls under way

	mu     sync.Mutex
	inside map[uint64]int // calls under way, by goroutine
	head   [headSize]byte // of a stack; here, so that to ask allocates nothing
}

// headSize is enough for the number of a goroutine.
const headSize = 32

// Call calls f, and knows until it has returned, in whatever way, that this goroutine is inside.
func (c *Callbacks) Call(f func()) {
	if c != nil {
		id := goroutine(make([]byte, headSize))
		c.enter(id)
		defer c.leave(id)
	}
	f()
}

// Inside says whether the goroutine that asks is inside.
func (c *Callbacks) Inside() bool {
	if c == nil || c.running.Load() == 0 {
		return false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.inside[goroutine(c.head[:])] > 0
}

func (c *Callbacks) enter(goroutine uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.inside == nil {
		c.inside = map[uint64]int{}
	}
	c.inside[goroutine]++
	c.running.Add(1)
}

func (c *Callbacks) leave(goroutine uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.inside[goroutine]--; c.inside[goroutine] == 0 {
		delete(c.inside, goroutine)
	}
	c.running.Add(-1)
}

// goroutine is the number of the goroutine that asks. Go shows it at the head of a stack ("goroutine 18 [running]:"), and
// nowhere else. The head is written into head.
func goroutine(head []byte) (number uint64) {
	head = head[:runtime.Stack(head, false)]
	for _, c := range head[min(len("goroutine "), len(head)):] {
		if c < '0' || c > '9' {
			break
		}
		number = 10*number + uint64(c-'0')
	}
	return number // 0 where Go shows something else: then nothing is known
}
