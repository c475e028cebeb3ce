package api

import (
	"errors"
	"fmt"
	"runtime"
	"sync/atomic"

	"go.uber.org/zap"

	"github.com/avloom/avloom/internal/fflog"
)

// errThrownAway is the cause of a run whose encoder became garbage. Nobody is left to see it but
// the log.
var errThrownAway = errors.New("avloom: the encoder was thrown away without Close or Abort")

// unclosed is what is known of an encoder when it has become garbage. Nothing that a run holds
// leads back to the encoder and its streams, so they become garbage when the caller has dropped
// them, with the run still going on.
type unclosed struct {
	made uintptr // where NewEncoder was called
	log  fflog.Journal
	run  atomic.Pointer[run] // nil: not open, or closed, or aborted
}

// stop stops the run of an encoder that became garbage, and says where the encoder was made. It
// does not wait.
func (u *unclosed) stop() {
	r := u.run.Load()
	if r == nil {
		return
	}
	frame, _ := runtime.CallersFrames([]uintptr{u.made}).Next()
	fields := []zap.Field{zap.String("made", fmt.Sprintf("%s:%d", frame.File, frame.Line)), zap.String("path", r.Shown)}
	if cause := r.cause(); cause != nil {
		fields = append(fields, zap.NamedError("stopped", cause))
	}
	r.Stop(errThrownAway)
	u.log.WarnApart("an encoder was thrown away without Close or Abort; what it wrote has no end", fields...)
}

// caller is where the function was called that calls it.
func caller() uintptr {
	var pc [1]uintptr
	runtime.Callers(3, pc[:])
	return pc[0]
}
