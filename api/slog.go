package api

import (
	"log/slog"

	"github.com/avloom/avloom/internal/fflog"
)

// WithSlog is WithLogger for programs that log with the standard library: the handler of l gets the
// same lines, at the same levels. FFmpeg's have the attribute "logger" with the value "ffmpeg".
// What was chosen and counted for each stream is a group. Of WithLogger and WithSlog the last one
// counts; nil changes nothing.
func WithSlog(l *slog.Logger) Option {
	if l == nil {
		return WithLogger(nil)
	}
	return WithLogger(fflog.NewSlogLogger(l))
}
