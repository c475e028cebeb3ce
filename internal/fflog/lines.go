package fflog

import (
	"slices"
	"sync"

	"github.com/asticode/go-astiav"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/pipeline"
)

// mostWaiting bounds how many of FFmpeg's lines wait until the encoder is open.
const mostWaiting = 1000

// Lines passes what FFmpeg logs about one encoder, with its containers and connections, to the
// encoder's logger. C calls it, so its stack must not be unwound.
//
// Until Flush is called, the lines wait. If Open fails, they are never logged: the error of Open
// says what is wrong.
type Lines struct {
	journal Journal

	mu      sync.Mutex
	flushed bool     // lines do not wait any more
	waiting []func() // each logs one line
	dropped int      // lines that came when mostWaiting lines were waiting
}

// NewLines returns lines that wait for Flush.
func NewLines(j Journal) *Lines { return &Lines{journal: j} }

// LogFor returns the log for FFmpeg's lines about a node, which name the node and, unless it is
// pipeline.NoStream, the stream. It returns nil if the logger has all levels off.
func (l *Lines) LogFor(node string, stream int) *astiavx.Log {
	var most astiav.LogLevel
	enabled := false
	l.journal.call(func() { most, enabled = leastImportant(l.journal.logger.Core()) })
	if !enabled {
		return nil
	}
	fields := []zap.Field{zap.String("node", node)}
	if stream != pipeline.NoStream {
		fields = append(fields, zap.Int("stream", stream))
	}
	journal := l.journal.forFFmpeg(fields...)
	return &astiavx.Log{Most: most, To: func(line astiavx.LogLine) {
		if slices.Contains(misleading, line.Text) {
			return
		}
		l.pass(func() { journal.logShielded(zapLevel(line.Level), line.Text, zap.String("from", line.From)) })
	}}
}

// misleading are lines about boxes that avloom leaves out of mp4 and mov on purpose, in favour of
// others (astiavx.SetPictureData).
var misleading = []string{"Unsupported stereo 3d metadata. eyes not written."}

// pass logs a line, or lets it wait for Flush.
func (l *Lines) pass(log func()) {
	l.mu.Lock()
	flushed := l.flushed
	switch {
	case flushed:
	case len(l.waiting) < mostWaiting:
		l.waiting = append(l.waiting, log)
	default:
		l.dropped++
	}
	l.mu.Unlock()
	if flushed {
		log()
	}
}

// Flush logs the lines that wait, and a warning if there were too many of them. From then on, each
// line is logged at once.
func (l *Lines) Flush() {
	for {
		waiting, dropped := l.takeWaiting()
		if len(waiting) == 0 {
			return
		}
		for _, log := range waiting {
			log()
		}
		if dropped > 0 {
			l.journal.forFFmpeg().logShielded(
				zap.WarnLevel, "too many lines during Open; the later ones were dropped",
				zap.Int("kept", len(waiting)), zap.Int("dropped", dropped),
			)
		}
	}
}

// takeWaiting returns the lines that wait, and how many were dropped after them. If there are none,
// no line waits from then on.
func (l *Lines) takeWaiting() (waiting []func(), dropped int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	waiting, dropped = l.waiting, l.dropped
	l.waiting, l.dropped, l.flushed = nil, 0, len(waiting) == 0
	return waiting, dropped
}

// leastImportant returns FFmpeg's level of the least important lines that a logger takes; enabled
// is false if it takes none.
func leastImportant(core zapcore.Core) (level astiav.LogLevel, enabled bool) {
	for _, l := range []astiav.LogLevel{
		astiav.LogLevelDebug, astiav.LogLevelInfo, astiav.LogLevelWarning, astiav.LogLevelError,
	} {
		if core.Enabled(zapLevel(l)) {
			return l, true
		}
	}
	return 0, false
}

// zapLevel returns zap's level for one of FFmpeg. FFmpeg's panic and fatal become errors, because
// zap's levels of these names would end the program.
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
