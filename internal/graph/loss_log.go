package graph

import (
	"slices"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/avloom/avloom/internal/fflog"
)

// calmTime is after how long without a loss a period of losses has ended. An output that is too
// slow loses single packets of sound again and again.
const calmTime = time.Second

// lossLog tells the logger once when an output begins to lose packets, and once when that has
// ended.
type lossLog struct {
	lines  *fflog.AsyncLines
	fields []zap.Field  // of each line: which output
	total  func() int64 // how many packets were lost so far

	mu     sync.Mutex
	losing int       // inputs that lose packets now
	begin  time.Time // of the period; zero: there is none
	kept   time.Time // when the last loss ended
	before int64     // how many packets were lost before the period
}

// lose says that a loss of one input begins.
func (l *lossLog) lose(int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.losing++
	if l.begin.IsZero() {
		l.begin, l.before = time.Now(), l.total()
		l.lines.Add(zap.WarnLevel, "an output does not keep up, and loses packets", l.fields...)
	}
}

// keep says that a loss of one input has ended.
func (l *lossLog) keep(int, int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.losing--
	l.kept = time.Now()
}

// isLosing says whether an input loses packets now.
func (l *lossLog) isLosing() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.losing > 0
}

// look ends the period if there was no loss for a while.
func (l *lossLog) look() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.begin.IsZero() && l.losing == 0 && time.Since(l.kept) >= calmTime {
		l.end(l.kept)
	}
}

// finish ends the period, because the output ends.
func (l *lossLog) finish() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.begin.IsZero() {
		l.end(time.Now())
	}
}

// end ends the period. The caller holds the mutex.
func (l *lossLog) end(at time.Time) {
	more := []zap.Field{zap.Int64("lost", l.total()-l.before), zap.Duration("during", at.Sub(l.begin))}
	l.begin = time.Time{}
	l.lines.Add(zap.WarnLevel, "an output lost packets", slices.Concat(l.fields, more)...)
}
