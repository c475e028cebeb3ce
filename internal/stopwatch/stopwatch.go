// Package stopwatch adds up the length of spans of time, several of which may run at once.
//
// It measures how long actors are busy or blocked. It starts no timer and no goroutine. A span that
// has not ended counts up to now, so that a call that never returns is visible. To measure
// something else than a sum, add a method to Watch that reads its fields under the lock.
package stopwatch

import (
	"sync"
	"time"
)

// Watch adds up spans. A span that has not ended counts up to now. The zero value is ready, and
// several goroutines may call all methods at once.
type Watch struct {
	mu    sync.Mutex
	epoch time.Time // the begin of the first span; sum is relative to it
	open  int       // spans that have not ended
	sum   time.Duration
}

// Begin begins a span. One call of End ends it.
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

// Total returns the sum of the lengths of all spans.
func (w *Watch) Total() time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.open == 0 {
		return w.sum
	}
	return w.sum + time.Duration(w.open)*time.Since(w.epoch)
}
