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

// reading holds the quantities of the process at a moment.
type reading struct {
	at      time.Duration
	atRest  bool // no encoder existed, and all garbage had been collected
	amounts [len(quantities)]int
}

// quantities are what must return to its first value when all encoders have ended.
var quantities = [...]struct {
	name string
	read func() int
	from int                 // the index of the rest that the last is compared with
	more func(start int) int // how much growth since that rest is no leak
}{
	// The allocator's free space grows for some thousand encoders, and then stays.
	{"resident memory, MiB", resident, rests/2 - 1, func(start int) int { return 16 + start/8 }},
	{"goroutines", runtime.NumGoroutine, 0, none},
	{"objects in C memory", live.Count, 0, none},
	{"file descriptors", descriptors, 0, none},
	{"threads", threads, 0, func(start int) int { return 8 + start/4 }}, // Go keeps idle ones
}

func none(int) int { return 0 }

// read takes a reading.
func read(at time.Duration, atRest bool) reading {
	r := reading{at: at, atRest: atRest}
	for i, q := range quantities {
		r.amounts[i] = q.read()
	}
	return r
}

// awaitRest waits until the garbage collector has found the encoders that nobody closed, and the
// calls that were left behind have returned, for at most a minute. Then it returns free memory to
// the system.
func awaitRest() {
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
	entries, _ := os.ReadDir("/proc/self/fd") // none where the system has no such folder
	return len(entries)
}

// status returns a number of /proc/self/status; 0 where the system has no such file.
func status(key string) (n int) {
	text, _ := os.ReadFile("/proc/self/status")
	_, rest, _ := strings.Cut(string(text), key+":")
	_, _ = fmt.Sscan(rest, &n)
	return n
}

// grown returns a complaint for each quantity that is larger at the last rest than it may be.
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
