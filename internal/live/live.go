// Package live counts the objects in C memory that avloom holds, so that tests can prove that all of them are freed. It counts only
// once a test has asked for it.
package live

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

var (
	counting atomic.Bool

	mu     sync.Mutex
	counts = map[string]int{}
	lost   int
)

// Enable starts the counting, for the rest of the process. It is for tests, and for the soak.
func Enable() { counting.Store(true) }

// New counts an object of this kind that was allocated.
func New(kind string) { add(kind, 1) }

// Lost counts an object that will never be freed, on purpose: somebody may still refer to it. It is
// not alive any more.
func Lost(kind string) {
	add(kind, -1)
	mu.Lock()
	defer mu.Unlock()
	if counting.Load() {
		lost++
	}
}

// LostCount is how many objects have been lost.
func LostCount() int {
	mu.Lock()
	defer mu.Unlock()
	return lost
}

// Freed counts an object of this kind that was freed.
func Freed(kind string) { add(kind, -1) }

func add(kind string, n int) {
	if !counting.Load() {
		return
	}
	mu.Lock()
	defer mu.Unlock()
	if counts[kind] += n; counts[kind] == 0 {
		delete(counts, kind)
	}
}

// Report names the kinds that do not balance, with how many objects are alive; "" when all do.
func Report() string {
	mu.Lock()
	defer mu.Unlock()
	var lines []string
	for _, kind := range slices.Sorted(maps.Keys(counts)) {
		lines = append(lines, fmt.Sprintf("%s: %d", kind, counts[kind]))
	}
	return strings.Join(lines, ", ")
}

// Count is how many objects are alive, of all kinds together.
func Count() (n int) {
	mu.Lock()
	defer mu.Unlock()
	for _, alive := range counts {
		n += alive
	}
	return n
}
