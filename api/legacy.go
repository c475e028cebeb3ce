package api

import (
	"errors"
	"fmt"
	"sync/atomic"

	"go.uber.org/zap"

	"github.com/avloom/avloom/internal/fflog"
)

// errNotClosed is the cause of a run whose encoder became garbage. It only shows in the log.
var errNotClosed = errors.New("avloom: the encoder became garbage without Close or Abort")

// legacy is the part of an encoder that outlives it when the encoder becomes garbage. Nothing that
// a run refers to leads back to the encoder or its streams, so that these become garbage when the
// caller drops them, although the run goes on.
type legacy struct {
	file    string // where NewEncoder was called
	line    int
	claim   *claim
	journal fflog.Journal
	run     atomic.Pointer[run] // nil: not open, or closed, or aborted
}

// end ends what an encoder that became garbage has left: it gives its threads back, stops its run
// and logs where the encoder was made. It does not wait.
func (l *legacy) end() {
	r := l.run.Load()
	if r == nil {
		l.claim.leaveIfNotOpen()
		return
	}
	fields := []zap.Field{
		zap.String("made", fmt.Sprintf("%s:%d", l.file, l.line)), zap.String("path", r.DisplayName),
	}
	if cause := r.cause(); cause != nil {
		fields = append(fields, zap.NamedError("stopped", cause))
	}
	r.Stop(errNotClosed)
	l.journal.WarnAsync("an encoder became garbage without Close or Abort; its output has no end", fields...)
}
