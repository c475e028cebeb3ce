package fflog

import (
	"sync"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/avloom/avloom/pipeline"
)

// AsyncLines logs lines in order without a caller that waits: for actors, which a logger that
// blocks must not hold up. The zero value logs nothing; use NewAsyncLines.
type AsyncLines struct {
	journal Journal
	logging sync.Mutex // held while lines are logged

	mu      sync.Mutex
	waiting []func()
	dropped int
	active  bool // a goroutine logs, and looks for more lines when it is done
}

// NewAsyncLines returns lines that go to a journal.
func NewAsyncLines(j Journal) *AsyncLines { return &AsyncLines{journal: j} }

// Add has a line logged soon. It does not wait. When mostWaiting lines wait for a logger that
// blocks, further ones are dropped, and their number is logged.
func (a *AsyncLines) Add(level zapcore.Level, text string, fields ...zap.Field) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.waiting) >= mostWaiting {
		a.dropped++
		return
	}
	a.waiting = append(a.waiting, func() { a.journal.Log(level, text, fields...) })
	if !a.active {
		a.active = true
		pipeline.Apart(a.run)
	}
}

// run logs lines until none waits. If the logger ends the goroutine, the remaining lines wait for
// the next line, or for Flush.
func (a *AsyncLines) run() {
	idle := false
	defer func() {
		if !idle {
			a.mu.Lock()
			defer a.mu.Unlock()
			a.active = false
		}
	}()
	for !idle {
		a.Flush()
		idle = a.deactivateIfIdle()
	}
}

// deactivateIfIdle notes that the goroutine ends, unless lines wait.
func (a *AsyncLines) deactivateIfIdle() (idle bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	idle = len(a.waiting) == 0 && a.dropped == 0
	a.active = !idle
	return idle
}

// Flush logs the lines that wait, and waits for those that are being logged.
func (a *AsyncLines) Flush() {
	a.logging.Lock()
	defer a.logging.Unlock()
	for {
		log := a.take()
		if log == nil {
			return
		}
		log()
	}
}

// take returns what logs the next line; nil: none waits.
func (a *AsyncLines) take() (log func()) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.waiting) > 0 {
		log = a.waiting[0]
		a.waiting = a.waiting[1:]
		return log
	}
	dropped := a.dropped
	if a.dropped = 0; dropped == 0 {
		return nil
	}
	return func() {
		a.journal.Log(zap.WarnLevel, "too many lines for the logger; some were dropped", zap.Int("dropped", dropped))
	}
}
