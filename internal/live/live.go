// Package live counts the objects in C memory that avloom allocates, so that tests can prove that
// all of them are freed. It counts nothing until a test calls Enable.
//
// It finds leaks of objects, not of bytes, and does not see memory that FFmpeg allocates by itself.
// To count another kind of object, call New where it is allocated and Freed where it is freed, with
// the same kind.
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

// Enable starts the counting, for the rest of the process. Tests and the soak benchmark call it.
func Enable() { counting.Store(true) }

// New counts an allocated object of this kind.
func New(kind string) { add(kind, 1) }

// Lost counts an object that is deliberately never freed, because the program may still refer to
// it. It no longer counts as alive.
func Lost(kind string) {
	add(kind, -1)
	mu.Lock()
	defer mu.Unlock()
	if counting.Load() {
		lost++
	}
}

// LostCount returns how many objects were lost.
func LostCount() int {
	mu.Lock()
	defer mu.Unlock()
	return lost
}

// Freed counts a freed object of this kind.
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

// Report returns the kinds that have objects alive, with their numbers; "": there are none.
func Report() string {
	mu.Lock()
	defer mu.Unlock()
	var lines []string
	for _, kind := range slices.Sorted(maps.Keys(counts)) {
		lines = append(lines, fmt.Sprintf("%s: %d", kind, counts[kind]))
	}
	return strings.Join(lines, ", ")
}

// Count returns how many objects of all kinds are alive.
func Count() (n int) {
	mu.Lock()
	defer mu.Unlock()
	for _, alive := range counts {
		n += alive
	}
	return n
}
