package astiavx

//#include "log.h"
//#include <libavcodec/avcodec.h>
//#include <libavformat/avformat.h>
import "C"

import (
	"runtime"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/live"
)

// LogLine is a line that FFmpeg logged about one encoder, container or connection.
type LogLine struct {
	Level astiav.LogLevel
	From  string // the name of the context that logged, "libx264" for instance
	Text  string // without the end of the line
}

// Log receives the lines about an encoder, a container or a connection. Go-astiav's log callback is
// one for the whole process, does not tell Go which encoder a line is about, and leaks the text of
// each line.
type Log struct {
	// Most is the level of the least important lines that To receives.
	Most astiav.LogLevel
	// To is called from any thread, which waits for it. To must not call the encoder, container or
	// connection that logs.
	To func(LogLine)
}

// LogSource is an encoder, a container or a connection whose lines go to a Log, or nowhere. Its
// zero value is the source of nothing.
type LogSource struct{ c *C.log_source }

// quietLog receives no line.
var quietLog = Log{Most: astiav.LogLevelQuiet}

// LogEncoder sends the lines about an encoder that is not open yet to a log; nil: nowhere. The log
// ends with FreeEncoder.
func LogEncoder(cc *astiav.CodecContext, log *Log) {
	C.avloom_quiet_encoder(avcodec(cc))
	newSource(log, func(id C.uintptr_t, most C.int) *C.log_source {
		return C.avloom_log_encoder(avcodec(cc), id, most)
	})
}

// FreeEncoder frees an encoder and then ends its log: some encoders log while they are freed.
// FFmpeg frees the pool of hardware frames, and with it the device's context, before it closes the
// encoder, which needs that context; FreeEncoder keeps the pool until the encoder is closed.
func FreeEncoder(cc *astiav.CodecContext) {
	source := LogSource{C.avloom_encoder_source(avcodec(cc))}
	var frames *C.AVBufferRef
	if av := avcodec(cc); av.hw_frames_ctx != nil {
		frames = C.av_buffer_ref(av.hw_frames_ctx)
	}
	freeStatistics(cc)
	if OpenEncoder(cc) == svtAV1 {
		svtAV1Globals.Lock()
		defer svtAV1Globals.Unlock()
	}
	cc.Free()
	C.av_buffer_unref(&frames)
	source.Remove()
}

// LogContainer sends the lines about a container whose header has not been written yet to a log;
// nil: nowhere. The caller removes the source after the container has been freed.
func LogContainer(fc *astiav.FormatContext, log *Log) LogSource {
	av := (*C.AVFormatContext)(cPointer(fc))
	C.avloom_quiet_container(av)
	return newSource(log, func(id C.uintptr_t, most C.int) *C.log_source {
		return C.avloom_log_container(av, id, most)
	})
}

// LogFiles is LogContainer for a container that consists of many files. The muxers of the files log
// with contexts of their own, so calls of the container are made in During.
func LogFiles(fc *astiav.FormatContext, log *Log) LogSource {
	C.avloom_need_callback()
	return LogContainer(fc, log)
}

// logConnection returns a source for the lines about a connection; those that FFmpeg logs within
// during go to the log. Without a log they go nowhere: they contain URLs with passwords.
func logConnection(log *Log) LogSource {
	return newSource(log, func(id C.uintptr_t, most C.int) *C.log_source {
		return C.avloom_log_connection(id, most)
	})
}

// newSource adds a source to the table of the callback. Where there is no memory, the source is
// that of nothing.
func newSource(log *Log, add func(id C.uintptr_t, most C.int) *C.log_source) LogSource {
	if log == nil {
		log = &quietLog
	}
	id := addSink(log.To)
	source := LogSource{add(C.uintptr_t(id), C.int(log.Most))}
	if source.c == nil {
		sinks.Delete(id)
		return source
	}
	live.New("log")
	return source
}

// During makes a call, and sends the lines that its thread logs in it to the source, unless they
// are about something that has a source of its own.
func (s LogSource) During(call func()) { s.during(call) }

// during makes a call, and sends the lines that its thread logs in it to the source.
func (s LogSource) during(call func()) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	before := C.avloom_log_thread(s.c)
	defer C.avloom_log_thread(before)
	call()
}

// Remove ends the log of the source.
func (s LogSource) Remove() {
	if s.c == nil {
		return
	}
	live.Freed("log")
	sinks.Delete(uintptr(C.avloom_remove_log(s.c)))
}
