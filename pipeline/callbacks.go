package pipeline

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// Callbacks knows which goroutines are inside code of the caller that a graph has called, a writer
// or a logger for instance. That code must not wait for the graph, because the graph waits for it.
// With Callbacks, a method that would wait can find out that it was called from there. The zero
// value is ready. A nil Callbacks knows of no goroutine.
type Callbacks struct {
	running atomic.Int32 // calls under way

	mu     sync.Mutex
	inside map[uint64]int // calls under way, by goroutine
	head   [headSize]byte // of a stack; kept here, so that Inside allocates nothing
}

// headSize is enough for the number of a goroutine.
const headSize = 32

// Call calls f. Until f has returned, panicked or called runtime.Goexit, this goroutine is inside.
func (c *Callbacks) Call(f func()) {
	if c != nil {
		id := goroutine(make([]byte, headSize))
		c.enter(id)
		defer c.leave(id)
	}
	f()
}

// Inside says whether the calling goroutine is inside.
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
	c.inside[goroutine]--
	if c.inside[goroutine] == 0 {
		delete(c.inside, goroutine)
	}
	c.running.Add(-1)
}

// goroutine is the number of the calling goroutine. Go shows the number at the head of a stack
// ("goroutine 18 [running]:") only. head is where that head is written.
func goroutine(head []byte) (number uint64) {
	head = head[:runtime.Stack(head, false)]
	for _, c := range head[min(len("goroutine "), len(head)):] {
		if c < '0' || c > '9' {
			break
		}
		number = 10*number + uint64(c-'0')
	}
	return number // 0 if Go shows something else: the number is unknown
}
