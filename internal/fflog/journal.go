package fflog

import (
	"sync/atomic"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/avloom/avloom/pipeline"
)

// Journal is the logger of an encoder. The logger's code is the user's. If it panics, the line is
// lost and counted, and nothing else happens.
type Journal struct {
	logger       *zap.Logger
	callerLogger *zap.Logger // logger, for lines that name the place from which Log was called
	silent       bool        // the logger is zap's own that takes no lines, which is not called

	// Callbacks is told of each call of the logger.
	Callbacks *pipeline.Callbacks
	// Failures counts the calls of the logger that panicked or ended their goroutine. Each of them
	// lost a line, or all of FFmpeg's lines about one object.
	Failures *atomic.Int64
}

// NewJournal returns a journal whose lines go to a logger.
func NewJournal(l *zap.Logger, callbacks *pipeline.Callbacks) Journal {
	const callsBetween = 4 // from the caller of Log to the logger
	return Journal{
		logger: l, callerLogger: l.WithOptions(zap.AddCallerSkip(callsBetween)),
		silent:    l.Core() == zapcore.NewNopCore(),
		Callbacks: callbacks, Failures: new(atomic.Int64),
	}
}

// Silent reports whether the program has set no logger, so that nobody gets a line.
func (j Journal) Silent() bool { return j.silent }

// Log logs a line on the goroutine of the caller.
func (j Journal) Log(level zapcore.Level, text string, fields ...zap.Field) {
	j.call(func() { j.callerLogger.Log(level, text, fields...) })
}

// call calls code of the logger. It recovers from a panic. If the logger calls runtime.Goexit, the
// goroutine of the caller ends. A silent journal calls nothing: telling Callbacks takes longer than
// all else that a short encode does in Go.
func (j Journal) call(f func()) {
	if j.silent {
		return
	}
	returned := false
	defer func() {
		if !returned {
			_ = recover()
			j.Failures.Add(1)
		}
	}()
	j.Callbacks.Call(f)
	returned = true
}

// logShielded logs a line on another goroutine and waits for it. Callers whose stack must not be
// unwound use it: below them C calls Go.
func (j Journal) logShielded(level zapcore.Level, text string, fields ...zap.Field) {
	aside := pipeline.Aside{Callbacks: j.Callbacks}
	defer aside.End()
	err := aside.Do(func() { j.logger.Log(level, text, fields...) })
	if err != nil {
		j.Failures.Add(1)
	}
}

// WarnAsync logs a warning on another goroutine and does not wait for it. Go's cleanups use it:
// they share one goroutine, which must not wait for a logger.
func (j Journal) WarnAsync(text string, fields ...zap.Field) {
	pipeline.Apart(func() { j.Log(zap.WarnLevel, text, fields...) })
}

// forFFmpeg returns the journal of FFmpeg's lines about one object. All of them have these fields.
func (j Journal) forFFmpeg(fields ...zap.Field) Journal {
	logger := zap.NewNop()
	j.call(func() { logger = j.logger.Named("ffmpeg").With(fields...) })
	j.logger = logger
	return j
}
