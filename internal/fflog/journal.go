package fflog

import (
	"sync/atomic"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/avloom/avloom/pipeline"
)

// Journal is the logger of an encoder. Its code is the caller's: where that panics, a line is lost,
// which is counted, and nothing else happens.
type Journal struct {
	logger *zap.Logger
	here   *zap.Logger         // the same, for lines that say where log was called
	Inside *pipeline.Callbacks // told of each call of the logger
	Lost   *atomic.Int64       // lines, and loggers that were to be made for them
}

func NewJournal(l *zap.Logger, inside *pipeline.Callbacks) Journal {
	const above = 4 // the calls between that place and the logger
	return Journal{logger: l, here: l.WithOptions(zap.AddCallerSkip(above)), Inside: inside, Lost: new(atomic.Int64)}
}

// Log logs a line, on the goroutine that calls.
func (j Journal) Log(level zapcore.Level, text string, fields ...zap.Field) {
	j.call(func() { j.here.Log(level, text, fields...) })
}

// call calls code of the logger's. A panic ends here; runtime.Goexit ends the goroutine, whose
// owner the caller is.
func (j Journal) call(f func()) {
	returned := false
	defer func() {
		if !returned {
			_ = recover()
			j.Lost.Add(1)
		}
	}()
	j.Inside.Call(f)
	returned = true
}

// logShielded logs a line from where nothing may be unwound, and waits for the logger.
func (j Journal) logShielded(level zapcore.Level, text string, fields ...zap.Field) {
	aside := pipeline.Aside{Callbacks: j.Inside}
	defer aside.End()
	if aside.Do(func() { j.logger.Log(level, text, fields...) }) != nil {
		j.Lost.Add(1)
	}
}

// WarnApart warns from where nobody may wait for a logger: one of Go's own goroutines for cleanups.
func (j Journal) WarnApart(text string, fields ...zap.Field) {
	pipeline.Apart(func() { j.Log(zap.WarnLevel, text, fields...) })
}

// ofFFmpeg returns the journal of FFmpeg's lines about a part, with these fields.
func (j Journal) ofFFmpeg(fields ...zap.Field) Journal {
	logger := zap.NewNop()
	j.call(func() { logger = j.logger.Named("ffmpeg").With(fields...) })
	j.logger = logger
	return j
}
