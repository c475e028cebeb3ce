// Package stopwatch adds up time that is spent in spans, of which several may go on at once.
package stopwatch

import (
	"sync"
	"time"
)

// Watch adds up spans. Those that go on count up to now, so that what does not end is seen. The zero value is ready, and all methods may be
// called from several goroutines at once.
type Watch struct {
	mu    sync.Mutex
	epoch time.Time // of the first span; sum and now are measured from it
	open  int       // spans that go on
	sum   time.Duration
}

// Begin begins a span, which one call of End ends.
func (w *Watch) Begin() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.epoch.IsZero() {
		w.epoch = time.Now()
	}
	w.open++
	w.sum -= time.Since(w.epoch)
}

// End ends a span.
func (w *Watch) End() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.open--
	w.sum += time.Since(w.epoch)
}

// Total returns the length of all spans together.
func (w *Watch) Total() time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.open == 0 {
		return w.sum
	}
	return w.sum + time.Duration(w.open)*time.Since(w.epoch)
}
