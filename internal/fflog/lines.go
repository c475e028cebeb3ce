package fflog

import (
	"sync"

	"github.com/asticode/go-astiav"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/pipeline"
)

// mostLinesHeld bounds how many of FFmpeg's lines wait for the encoder to be open.
const mostLinesHeld = 1000

// Lines sends what FFmpeg logs about one encoder to its logger, from calls of C, which nothing may
// unwind. Until Open has succeeded the lines wait: the error of an Open that fails says what is
// wrong, and its lines are dropped.
type Lines struct {
	journal Journal

	mu      sync.Mutex
	open    bool
	waiting []func()
}

func NewLines(j Journal) *Lines { return &Lines{journal: j} }

// Of returns the log for a node; nil where the logger would take nothing.
func (f *Lines) Of(node string, stream int) *astiavx.Log {
	var most astiav.LogLevel
	wanted := false
	f.journal.call(func() { most, wanted = leastImportant(f.journal.logger.Core()) })
	if !wanted {
		return nil
	}
	fields := []zap.Field{zap.String("node", node)}
	if stream != pipeline.NoStream {
		fields = append(fields, zap.Int("stream", stream))
	}
	journal := f.journal.ofFFmpeg(fields...)
	return &astiavx.Log{Most: most, To: func(line astiavx.LogLine) {
		f.pass(func() { journal.logShielded(zapLevel(line.Level), line.Text, zap.String("from", line.From)) })
	}}
}

// pass logs a line, or keeps it for later.
func (f *Lines) pass(log func()) {
	f.mu.Lock()
	open := f.open
	if !open && len(f.waiting) < mostLinesHeld {
		f.waiting = append(f.waiting, log)
	}
	f.mu.Unlock()
	if open {
		log()
	}
}

// Release logs what has waited, and lets all else through.
func (f *Lines) Release() {
	for {
		f.mu.Lock()
		waiting := f.waiting
		f.waiting = nil
		f.open = len(waiting) == 0
		f.mu.Unlock()
		if len(waiting) == 0 {
			return
		}
		for _, log := range waiting {
			log()
		}
	}
}

// leastImportant is FFmpeg's level of the least important lines that a logger takes.
func leastImportant(core zapcore.Core) (level astiav.LogLevel, wanted bool) {
	for _, l := range []astiav.LogLevel{astiav.LogLevelDebug, astiav.LogLevelInfo, astiav.LogLevelWarning, astiav.LogLevelError} {
		if core.Enabled(zapLevel(l)) {
			return l, true
		}
	}
	return 0, false
}

// zapLevel is the level of zap's that means the same. Panic and fatal are words for what FFmpeg
// cannot go on with, and end nothing here.
func zapLevel(l astiav.LogLevel) zapcore.Level {
	switch {
	case l <= astiav.LogLevelError:
		return zapcore.ErrorLevel
	case l <= astiav.LogLevelWarning:
		return zapcore.WarnLevel
	case l <= astiav.LogLevelInfo:
		return zapcore.InfoLevel
	default:
		return zapcore.DebugLevel
	}
}
