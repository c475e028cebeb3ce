package api

import (
	"errors"
	"fmt"

	"github.com/avloom/avloom/internal/fault"
	"github.com/avloom/avloom/pipeline"
)

var (
	// ErrNoStreams is returned by Open when no stream was added.
	ErrNoStreams = errors.New("avloom: no streams: add at least one with AddVideo or AddAudio before Open")
	// ErrAlreadyOpen is returned by Open, AddVideo and AddAudio after Open.
	ErrAlreadyOpen = errors.New("avloom: the encoder is open already")
	// ErrNotOpen is returned by all that feeds an encoder, before Open.
	ErrNotOpen = errors.New("avloom: the encoder is not open: call Open, OpenFile or OpenWriter first")
	// ErrEnded is returned by all that feeds a stream, after its End.
	ErrEnded = pipeline.ErrEnded
	// ErrClosed is returned by every call but Close, CloseContext, Abort and Stats after Close.
	ErrClosed = errors.New("avloom: the encoder is closed")
	// ErrCalledBack is returned by calls that would wait for themselves, because they come from inside
	// a call of the encoder's own writer or logger: those that feed it, Sync, and Close.
	ErrCalledBack = errors.New(
		"avloom: called from inside the encoder's own writer or logger, which it waits for: call from another goroutine, or Abort",
	)
	// ErrAborted is the cause of an Abort without one.
	ErrAborted = pipeline.ErrAborted
	// ErrPicturesLent is returned by Acquire when as many pictures are lent as the queue is deep: give
	// one back, or set WithQueueDepth.
	ErrPicturesLent = errors.New(
		"avloom: too many pictures are lent: commit or discard one first, or set WithQueueDepth higher",
	)
)

// ConfigError says which setting or argument is wrong, and what would be right.
//
//	type ConfigError struct {
//		Field     string   // "PixelFormat", "ExtraOptions[qp]", "SampleRate", …
//		Value     any      // what was given
//		Reason    string   // why it is refused, and what would do
//		Supported []string // what would have been accepted, where that is a list
//		Err       error    // what FFmpeg said, where it is known; may be nil
//	}
//
// errors.As finds it in the errors of AddVideo, AddAudio and Open, and of all calls that feed the
// encoder. Its Unwrap returns Err.
type ConfigError = fault.ConfigError

// PartialError is returned when the context of a call ended before all that was given had been
// taken.
type PartialError struct {
	Accepted int   // frames, or samples per channel, of this call that will be encoded
	Err      error // the context's cause
}

func (e *PartialError) Error() string {
	return fmt.Sprintf("avloom: only the first %d were accepted: %v", e.Accepted, e.Err)
}

// Unwrap returns the context's cause.
func (e *PartialError) Unwrap() error { return e.Err }
