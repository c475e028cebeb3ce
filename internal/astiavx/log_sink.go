package astiavx

//#include <stdint.h>
import "C"

import (
	"bytes"
	"sync"
	"sync/atomic"

	"github.com/asticode/go-astiav"
)

// sinks are the receivers of lines by the id under which C knows them: uintptr → *logSink. A line
// whose sink has been deleted is dropped.
var (
	sinks    sync.Map
	lastSink atomic.Uintptr
)

// longestLine is how many bytes of a line that FFmpeg does not end are kept; then it ends there.
const longestLine = 4096

// logSink joins the pieces in which FFmpeg logs a line.
type logSink struct {
	to func(LogLine)

	mu    sync.Mutex
	begun []byte // a line that has not ended
}

// addSink adds a receiver of lines, and returns its id.
func addSink(to func(LogLine)) uintptr {
	id := lastSink.Add(1)
	sinks.Store(id, &logSink{to: to})
	return id
}

//export avloomLog
func avloomLog(id C.uintptr_t, level C.int, from, text *C.char) {
	if s, ok := sinks.Load(uintptr(id)); ok {
		s.(*logSink).receive(astiav.LogLevel(level), C.GoString(from), C.GoString(text))
	}
}

// receive receives a line or a piece of one. A line has the level of its last piece.
func (s *logSink) receive(level astiav.LogLevel, from, text string) {
	for _, line := range s.join(text) {
		s.to(LogLine{Level: level, From: from, Text: line})
	}
}

// join appends text to the begun line, and returns the lines that have ended.
func (s *logSink) join(text string) (ended []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.begun = append(s.begun, text...)
	for {
		end := bytes.IndexAny(s.begun, "\r\n")
		if end < 0 && len(s.begun) < longestLine {
			return ended
		}
		rest := end + 1
		if end < 0 {
			end, rest = len(s.begun), len(s.begun)
		}
		if line := bytes.TrimSpace(s.begun[:end]); len(line) > 0 {
			ended = append(ended, string(bytes.ToValidUTF8(line, []byte("?"))))
		}
		s.begun = append(s.begun[:0], s.begun[rest:]...)
	}
}
