package fflog

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/avloom/avloom/pipeline"
)

// TestJournalWithoutLogger: where the program has set no logger, nothing is called, which would
// cost each encoder a walk of the stack for each line.
func TestJournalWithoutLogger(t *testing.T) {
	j := NewJournal(zap.NewNop(), new(pipeline.Callbacks))
	assert.True(t, j.Silent())
	j.call(func() { t.Error("a silent journal calls") })
	assert.Zero(t, testing.AllocsPerRun(100, func() { j.Log(zap.InfoLevel, "a line") }))
	assert.Nil(t, NewLines(j).LogFor("encode", 0))
}

// asked is a core of the program that takes no lines, and counts how often it is asked.
type asked struct {
	zapcore.Core
	times *int
}

func (a asked) Enabled(zapcore.Level) bool {
	*a.times++
	return false
}

// TestJournalWithLoggerOfTheProgram: a logger of the program is called, also if it takes no line
// now: its level can change.
func TestJournalWithLoggerOfTheProgram(t *testing.T) {
	times := 0
	j := NewJournal(zap.New(asked{zapcore.NewNopCore(), &times}), new(pipeline.Callbacks))
	assert.False(t, j.Silent())
	j.Log(zap.InfoLevel, "a line")
	assert.Equal(t, 1, times)
}
