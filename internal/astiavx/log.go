package astiavx

//#include "log.h"
//#include <libavcodec/avcodec.h>
//#include <libavformat/avformat.h>
import "C"

import (
	"bytes"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/live"
)

// LogLine is a line that FFmpeg logged about one encoder or container.
type LogLine struct {
	Level astiav.LogLevel
	From  string // whose line it is, "libx264" for instance
	Text  string // without the end of the line
}

// Log says where the lines about an encoder or a container go. Go-astiav's own log callback is one for the whole process, does not say which context a line
// is about in a way that Go could follow, and never frees the line's text.
type Log struct {
	Most astiav.LogLevel // the least important that is wanted
	To   func(LogLine)   // called from whatever thread logs, which waits for it; it must not call what logs
}

// LogSource stands for an encoder, a container or a connection whose lines go to a Log.
type LogSource struct{ c *C.log_source }

// sinks are the logs by the number under which C knows them. A line that comes when its log is gone is dropped.
var (
	sinks    sync.Map // uintptr → *sink
	lastSink atomic.Uintptr
)

// sink puts lines together that FFmpeg logs in pieces.
type sink struct {
	to func(LogLine)

	mu    sync.Mutex
	begun []byte // a line that has not ended
}

// longestLine is where a line ends that FFmpeg does not end.
const longestLine = 4096

// LogEncoder sends the lines about an encoder, which is not open yet, to a log. Without a log it is quiet. FreeEncoder ends that.
func LogEncoder(cc *astiav.CodecContext, log *Log) {
	C.avloom_quiet_encoder(avcodec(cc))
	if log == nil {
		return
	}
	id := newSink(log)
	if C.avloom_log_encoder(avcodec(cc), C.uintptr_t(id), C.int(log.Most)) == nil {
		sinks.Delete(id)
		return
	}
	live.New("log")
}

// FreeEncoder frees an encoder, and then its log: some log as they are freed. Go-astiav lets the pool of its hardware frames go first, and with the pool the
// device's context, which the encoder needs to be closed; here it goes last.
func FreeEncoder(cc *astiav.CodecContext) {
	source := LogSource{C.avloom_encoder_source(avcodec(cc))}
	var frames *C.AVBufferRef
	if av := avcodec(cc); av.hw_frames_ctx != nil {
		frames = C.av_buffer_ref(av.hw_frames_ctx)
	}
	cc.Free()
	C.av_buffer_unref(&frames)
	source.Remove()
}

// LogContainer sends the lines about a container, whose header has not been written yet, to a log. Without a log it is quiet. The source is to be removed
// after the container has been freed.
func LogContainer(fc *astiav.FormatContext, log *Log) LogSource {
	av := (*C.AVFormatContext)(held(fc))
	C.avloom_quiet_container(av)
	if log == nil {
		return LogSource{}
	}
	id := newSink(log)
	source := LogSource{C.avloom_log_container(av, C.uintptr_t(id), C.int(log.Most))}
	if source.c == nil {
		sinks.Delete(id)
		return source
	}
	live.New("log")
	return source
}

// logConnection sends the lines about a connection to a log, as long as a thread works for it. Without a log they go nowhere: they name what it connects to,
// passwords included.
func logConnection(log *Log) LogSource {
	if log == nil {
		log = &Log{Most: astiav.LogLevelQuiet}
	}
	id := newSink(log)
	source := LogSource{C.avloom_log_connection(C.uintptr_t(id), C.int(log.Most))}
	if source.c == nil {
		sinks.Delete(id)
		return source
	}
	live.New("log")
	return source
}

// during makes a call whose lines go to the source.
func (s LogSource) during(call func()) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	before := C.avloom_log_thread(s.c)
	defer C.avloom_log_thread(before)
	call()
}

func newSink(log *Log) uintptr {
	id := lastSink.Add(1)
	sinks.Store(id, &sink{to: log.To})
	return id
}

// Remove ends the log. There may be none.
func (s LogSource) Remove() {
	if s.c == nil {
		return
	}
	live.Freed("log")
	sinks.Delete(uintptr(C.avloom_remove_log(s.c)))
}

//export avloomLog
func avloomLog(id C.uintptr_t, level C.int, from, text *C.char) {
	if s, ok := sinks.Load(uintptr(id)); ok {
		s.(*sink).take(astiav.LogLevel(level), C.GoString(from), C.GoString(text))
	}
}

// take takes a line, or a piece of one. A line has the level of its last piece.
func (s *sink) take(level astiav.LogLevel, from, text string) {
	for _, line := range s.lines(text) {
		s.to(LogLine{Level: level, From: from, Text: line})
	}
}

// lines adds text to what has begun, and returns the lines that have ended.
func (s *sink) lines(text string) (ended []string) {
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
