package fflog

import (
	"context"
	"log/slog"
	"maps"
	"slices"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// NewSlogLogger returns a logger whose lines go to the handler of l.
func NewSlogLogger(l *slog.Logger) *zap.Logger {
	return zap.New(slogCore{l.Handler()}, zap.AddCaller())
}

// slogCore passes what zap logs on to a handler of slog. Zap's own package zapslog goes the other
// way.
type slogCore struct{ handler slog.Handler }

var _ zapcore.Core = slogCore{}

// Enabled says whether the handler wants lines of this level.
func (c slogCore) Enabled(level zapcore.Level) bool {
	return c.handler.Enabled(context.Background(), slogLevel(level))
}

// With returns a core whose lines have these fields as well.
func (c slogCore) With(fields []zapcore.Field) zapcore.Core {
	return slogCore{c.handler.WithAttrs(slogAttrs(fields))}
}

// Check adds the core to those that write the line, if the handler wants it.
func (c slogCore) Check(e zapcore.Entry, checked *zapcore.CheckedEntry) *zapcore.CheckedEntry {
	if c.Enabled(e.Level) {
		return checked.AddCore(e, c)
	}
	return checked
}

// Write hands a line to the handler. What the handler has against it goes nowhere, as with
// slog.Logger.
func (c slogCore) Write(e zapcore.Entry, fields []zapcore.Field) error {
	r := slog.NewRecord(e.Time, slogLevel(e.Level), e.Message, e.Caller.PC)
	if e.LoggerName != "" {
		r.AddAttrs(slog.String("logger", e.LoggerName))
	}
	r.AddAttrs(slogAttrs(fields)...)
	_ = c.handler.Handle(context.Background(), r)
	return nil
}

// Sync does nothing: a handler keeps nothing back that it could be told to write.
func (c slogCore) Sync() error { return nil }

// slogLevel is the level that means the same: zap counts Debug, Info, Warn, Error in ones from -1,
// slog in fours from -4.
func slogLevel(level zapcore.Level) slog.Level { return 4 * slog.Level(level) }

func slogAttrs(fields []zapcore.Field) []slog.Attr {
	attrs := make([]slog.Attr, 0, len(fields))
	for _, f := range fields {
		if err, ok := f.Interface.(error); ok && f.Type == zapcore.ErrorType {
			attrs = append(attrs, slog.Any(f.Key, err))
			continue
		}
		values := zapcore.NewMapObjectEncoder()
		f.AddTo(values)
		attrs = append(attrs, slogGroup(values.Fields)...)
	}
	return attrs
}

// slogGroup makes attributes, in the order of their keys, of what zap has put into maps.
func slogGroup(values map[string]any) []slog.Attr {
	var attrs []slog.Attr
	for _, key := range slices.Sorted(maps.Keys(values)) {
		if inner, ok := values[key].(map[string]any); ok {
			attrs = append(attrs, slog.GroupAttrs(key, slogGroup(inner)...))
		} else {
			attrs = append(attrs, slog.Any(key, values[key]))
		}
	}
	return attrs
}
