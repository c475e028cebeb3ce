package main

// #include <stdlib.h>
// #ifdef __GLIBC__
// #include <malloc.h>
// static void trim(void) { malloc_trim(0); }
// #else
// static void trim(void) {}
// #endif
import "C"

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"github.com/avloom/avloom/internal/live"
)

// reading is what the process holds at a moment.
type reading struct {
	at      time.Duration
	atRest  bool // no encoder was there, and all garbage had been collected
	amounts [len(quantities)]int
}

// quantities are what must come back to where it was.
var quantities = [...]struct {
	name string
	read func() int
	from int                 // the rest that the last is compared with
	more func(start int) int // how much more than at that rest is no leak
}{
	// The allocator's own holes grow for some thousand encoders, and then no more.
	{"resident memory, MiB", resident, rests/2 - 1, func(start int) int { return 16 + start/8 }},
	{"goroutines", runtime.NumGoroutine, 0, none},
	{"objects in C memory", live.Count, 0, none},
	{"file descriptors", descriptors, 0, none},
	{"threads", threads, 0, func(start int) int { return 8 + start/4 }}, // Go keeps idle ones
}

func none(int) int { return 0 }

func read(at time.Duration, atRest bool) reading {
	r := reading{at: at, atRest: atRest}
	for i, q := range quantities {
		r.amounts[i] = q.read()
	}
	return r
}

// settle waits for encoders that nobody closed, which the collector finds, and for calls that were left behind. Then it gives back what only waits to be
// given back.
func settle() {
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(100 * time.Millisecond) {
		runtime.GC()
		if live.Count() == 0 && runtime.NumGoroutine() == 1 || time.Now().After(deadline) {
			break
		}
	}
	debug.FreeOSMemory()
	C.trim()
}

func resident() int { return status("VmRSS") >> 10 }
func threads() int  { return status("Threads") }

func descriptors() int {
	entries, _ := os.ReadDir("/proc/self/fd") // 0 where there is no such folder
	return len(entries)
}

// status is a number of /proc/self/status; 0 where there is none.
func status(key string) (n int) {
	text, _ := os.ReadFile("/proc/self/status")
	_, rest, _ := strings.Cut(string(text), key+":")
	_, _ = fmt.Sscan(rest, &n)
	return n
}

// grown says what is more at the last rest than it was; nil: nothing.
func grown(readings []reading) (complaints []string) {
	var rests []reading
	for _, r := range readings {
		if r.atRest {
			rests = append(rests, r)
		}
	}
	last := rests[len(rests)-1]
	for i, q := range quantities {
		from := min(q.from, len(rests)-1)
		if was, is := rests[from].amounts[i], last.amounts[i]; is > was+q.more(was) {
			complaints = append(complaints, fmt.Sprintf("%s: %d at rest %d, %d at the last", q.name, was, from+1, is))
		}
	}
	return complaints
}
