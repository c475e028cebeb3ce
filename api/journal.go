package api

import (
	"sync/atomic"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/avloom/avloom/pipeline"
)

// journal is the logger of an encoder. Its code is the caller's: where that panics, a line is lost,
// which is counted, and nothing else happens.
type journal struct {
	logger *zap.Logger
	here   *zap.Logger         // the same, for lines that say where log was called
	inside *pipeline.Callbacks // told of each call of the logger
	lost   *atomic.Int64       // lines, and loggers that were to be made for them
}

func newJournal(l *zap.Logger, inside *pipeline.Callbacks) journal {
	const above = 4 // the calls between that place and the logger
	return journal{logger: l, here: l.WithOptions(zap.AddCallerSkip(above)), inside: inside, lost: new(atomic.Int64)}
}

// log logs a line, on the goroutine that calls.
func (j journal) log(level zapcore.Level, text string, fields ...zap.Field) {
	j.call(func() { j.here.Log(level, text, fields...) })
}

// call calls code of the logger's. A panic ends here; runtime.Goexit ends the goroutine, whose owner
// the caller is.
func (j journal) call(f func()) {
	returned := false
	defer func() {
		if !returned {
			_ = recover()
			j.lost.Add(1)
		}
	}()
	j.inside.Call(f)
	returned = true
}

// logShielded logs a line from where nothing may be unwound, and waits for the logger.
func (j journal) logShielded(level zapcore.Level, text string, fields ...zap.Field) {
	aside := pipeline.Aside{Callbacks: j.inside}
	defer aside.End()
	if aside.Do(func() { j.logger.Log(level, text, fields...) }) != nil {
		j.lost.Add(1)
	}
}

// warnApart warns from where nobody may wait for a logger: one of Go's own goroutines for cleanups.
func (j journal) warnApart(text string, fields ...zap.Field) {
	pipeline.Apart(func() { j.log(zap.WarnLevel, text, fields...) })
}

// ofFFmpeg returns the journal of FFmpeg's lines about a part, with these fields.
func (j journal) ofFFmpeg(fields ...zap.Field) journal {
	logger := zap.NewNop()
	j.call(func() { logger = j.logger.Named("ffmpeg").With(fields...) })
	j.logger = logger
	return j
}
