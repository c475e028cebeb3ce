package fflog

import (
	"fmt"
	"testing"

	"github.com/asticode/go-astiav"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/pipeline"
)

// logNumbered sends numbered lines to a log, from the first number up to but without the last.
func logNumbered(log *astiavx.Log, first, last int) {
	for i := first; i < last; i++ {
		log.To(astiavx.LogLine{Level: astiav.LogLevelInfo, From: "libx264", Text: fmt.Sprint("line ", i)})
	}
}

func TestDroppedLinesAreCounted(t *testing.T) {
	core, logs := observer.New(zap.InfoLevel)
	lines := NewLines(NewJournal(zap.New(core), new(pipeline.Callbacks)))
	log := lines.LogFor("encode", 1)
	logNumbered(log, 0, mostWaiting+7)
	require.Zero(t, logs.Len(), "the lines wait for Flush")
	lines.Flush()
	logNumbered(log, mostWaiting+7, mostWaiting+8)

	entries := logs.All()
	require.Len(t, entries, mostWaiting+2)
	require.Equal(t, fmt.Sprint("line ", mostWaiting-1), entries[mostWaiting-1].Message)
	warning := entries[mostWaiting]
	require.Equal(t, "ffmpeg", warning.LoggerName)
	require.Equal(t, zap.WarnLevel, warning.Level)
	require.Equal(t, "too many lines during Open; the later ones were dropped", warning.Message)
	require.Equal(t, map[string]any{"kept": int64(mostWaiting), "dropped": int64(7)}, warning.ContextMap())
	require.Equal(t, fmt.Sprint("line ", mostWaiting+7), entries[mostWaiting+1].Message,
		"Flush lets later lines through")
}

func TestKeptLinesNeedNoWarning(t *testing.T) {
	core, logs := observer.New(zap.InfoLevel)
	lines := NewLines(NewJournal(zap.New(core), new(pipeline.Callbacks)))
	logNumbered(lines.LogFor("mux", pipeline.NoStream), 0, mostWaiting)
	lines.Flush()
	require.Len(t, logs.All(), mostWaiting)
	require.Equal(t, map[string]any{"node": "mux", "from": "libx264"}, logs.All()[0].ContextMap())
}
