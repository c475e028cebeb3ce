package pipeline

import (
	"runtime"
	"strconv"
	"strings"
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
}

// Call calls f, and knows until it has returned, in whatever way, that this goroutine is inside.
func (c *Callbacks) Call(f func()) {
	if c != nil {
		id := goroutine()
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
	id := goroutine()
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.inside[id] > 0
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
// nowhere else.
func goroutine() uint64 {
	var head [32]byte
	_, rest, _ := strings.Cut(string(head[:runtime.Stack(head[:], false)]), " ")
	number, _, _ := strings.Cut(rest, " ")
	id, _ := strconv.ParseUint(number, 10, 64) // 0 where Go shows something else: then nothing is known
	return id
}
