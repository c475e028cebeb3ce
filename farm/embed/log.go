package embed

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"

	"go.temporal.io/server/common/log"
	"go.temporal.io/server/common/log/tag"
)

// serverLog writes what the server logs to slog. The server's fatal errors end neither the process
// nor a goroutine, except while the server is built: then they panic with a fatalError, which the
// builder recovers.
type serverLog struct {
	log      *slog.Logger
	building *atomic.Bool
	closed   *atomic.Bool // the server stops: its parts complain of each other's absence
}

type fatalError struct{ error }

// withoutHTTP begins a warning that each server would write: it has no second port, for HTTP.
const withoutHTTP = "HTTP API port has not been set."

var (
	_ log.Logger     = serverLog{}
	_ log.WithLogger = serverLog{}
)

func newServerLog(log *slog.Logger) serverLog {
	return serverLog{log: log, building: new(atomic.Bool), closed: new(atomic.Bool)}
}

func (l serverLog) write(level slog.Level, message string, tags []tag.Tag) {
	ctx := context.Background()
	if l.log.Enabled(ctx, level) && !l.closed.Load() && !needless(message, tags) {
		l.log.LogAttrs(ctx, level, message, attributes(tags)...)
	}
}

// needless tells lines of which a reader has nothing: each client that leaves makes some.
func needless(message string, tags []tag.Tag) bool {
	return strings.HasPrefix(message, withoutHTTP) || strings.HasSuffix(errorText(tags), context.Canceled.Error())
}

func attributes(tags []tag.Tag) []slog.Attr {
	attrs := make([]slog.Attr, len(tags))
	for i, t := range tags {
		attrs[i] = slog.Any(t.Key(), t.Value())
	}
	return attrs
}

func (l serverLog) Debug(message string, tags ...tag.Tag) { l.write(slog.LevelDebug, message, tags) }

func (l serverLog) Info(message string, tags ...tag.Tag) { l.write(slog.LevelInfo, message, tags) }

func (l serverLog) Warn(message string, tags ...tag.Tag) { l.write(slog.LevelWarn, message, tags) }

func (l serverLog) Error(message string, tags ...tag.Tag) { l.write(slog.LevelError, message, tags) }

func (l serverLog) DPanic(message string, tags ...tag.Tag) { l.write(slog.LevelError, message, tags) }

func (l serverLog) Panic(message string, tags ...tag.Tag) {
	l.write(slog.LevelError, message, tags)
	panic(message)
}

func (l serverLog) Fatal(message string, tags ...tag.Tag) {
	if l.building.Load() {
		panic(fatalError{fatalText(message, tags)})
	}
	l.write(slog.LevelError, message, tags)
}

func fatalText(message string, tags []tag.Tag) error {
	if text := errorText(tags); text != "" {
		message += ": " + text
	}
	return errors.New(message)
}

// errorText returns the text of the error among tags, or "".
func errorText(tags []tag.Tag) string {
	for _, t := range tags {
		if t.Key() == "error" {
			return fmt.Sprint(t.Value())
		}
	}
	return ""
}

// With returns a logger that adds tags to each line.
func (l serverLog) With(tags ...tag.Tag) log.Logger {
	args := make([]any, 0, len(tags))
	for _, attr := range attributes(tags) {
		args = append(args, attr)
	}
	l.log = l.log.With(args...)
	return l
}
