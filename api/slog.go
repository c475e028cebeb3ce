package api

import (
	"log/slog"

	"github.com/avloom/avloom/internal/fflog"
)

// WithSlog is WithLogger for programs that log with the standard library: the handler of l gets the
// same lines, with the same levels. FFmpeg's lines have the attribute "logger" with the value
// "ffmpeg". The choices and counters of each stream are a group. If WithLogger and WithSlog are
// both given, the last one counts. nil changes nothing.
func WithSlog(l *slog.Logger) Option {
	if l == nil {
		return WithLogger(nil)
	}
	return WithLogger(fflog.NewSlogLogger(l))
}
