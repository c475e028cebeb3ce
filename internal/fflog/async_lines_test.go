package fflog

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/avloom/avloom/internal/mediatest"
	"github.com/avloom/avloom/pipeline"
)

// asyncLines returns lines, what they have become, and a function that runs at each line.
func asyncLines(hook func(zapcore.Entry) error) (*AsyncLines, *observer.ObservedLogs) {
	core, logged := observer.New(zap.InfoLevel)
	logger := zap.New(zapcore.RegisterHooks(core, hook))
	return NewAsyncLines(NewJournal(logger, new(pipeline.Callbacks))), logged
}

func TestAsyncLinesDoNotWait(t *testing.T) {
	mediatest.NoLeaks(t)
	gate := make(chan struct{})
	lines, logged := asyncLines(func(zapcore.Entry) error { <-gate; return nil })
	for i := range mostWaiting + 5 {
		lines.Add(zap.WarnLevel, fmt.Sprint(i))
	}
	close(gate)
	lines.Flush()
	all := logged.All()
	for i := range mostWaiting {
		require.Equal(t, fmt.Sprint(i), all[i].Message, "in order")
	}
	require.Equal(t, "too many lines for the logger; some were dropped", all[len(all)-1].Message)
}

func TestAsyncLinesOfALoggerThatEndsItsGoroutine(t *testing.T) {
	mediatest.NoLeaks(t)
	lines, logged := asyncLines(func(e zapcore.Entry) error {
		if e.Message == "bad" {
			runtime.Goexit()
		}
		return nil
	})
	lines.Add(zap.WarnLevel, "bad")
	for lines.journal.Failures.Load() == 0 {
		runtime.Gosched()
	}
	lines.Add(zap.WarnLevel, "good")
	lines.Flush()
	require.Equal(t, 1, logged.FilterMessage("good").Len())
}
