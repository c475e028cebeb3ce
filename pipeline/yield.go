package pipeline

import (
	"runtime"
	"time"
)

// yieldAfter is how long a copy of a node works before its goroutine yields. Go measures a
// goroutine's turn from when it was last scheduled, and receiving from a queue that is not empty
// schedules nothing. After 10 ms of a turn, Go's monitor takes the processor (P) from a goroutine
// that is in C, and from then on looks 50 times whether there is more to take, every 20 µs. Each
// look interrupts a thread of the encoder. An encoder whose queue never gets empty was looked at
// every 0.3 ms because of that.
const yieldAfter = 2 * time.Millisecond

// yield lets the goroutine be scheduled anew between two calls into the node, if its queue asks for
// that and the node has worked for long enough. A node whose only thread is its own goroutine must
// not yield: it would go on on another core, without its caches.
func (w *worker[In]) yield() {
	if !w.in.queue.Yields {
		return
	}
	busy := w.clock.spent[isBusy] // only this goroutine writes it
	if busy-w.yielded < yieldAfter {
		return
	}
	w.yielded = busy
	runtime.Gosched()
}
