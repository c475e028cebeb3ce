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
	// ErrNotOpen is returned before Open by all calls that feed an encoder, and by AddOutput.
	ErrNotOpen = errors.New("avloom: the encoder is not open: call Open, OpenFile or OpenWriter first")
	// ErrEnded is returned after a stream's End by all calls that feed the stream.
	ErrEnded = pipeline.ErrEnded
	// ErrClosed is returned after Close by every call except Close, CloseContext, Abort and Stats.
	ErrClosed = errors.New("avloom: the encoder is closed")
	// ErrCalledBack is returned by calls from inside the encoder's own writer or logger that would
	// wait for themselves: calls that feed the encoder, Sync, AddOutput, and Close, of the encoder and
	// of an OutputHandle.
	ErrCalledBack = errors.New("avloom: called from inside the encoder's own writer or logger, " +
		"which it waits for: call from another goroutine, or Abort")
	// ErrAborted is the cause of an Abort without one.
	ErrAborted = pipeline.ErrAborted
	// ErrPicturesLent is returned by Acquire when WithQueueDepth pictures of the stream are lent
	// already: return one, or set WithQueueDepth.
	ErrPicturesLent = errors.New("avloom: too many pictures are lent: " +
		"commit or discard one first, or set WithQueueDepth higher")
)

// ConfigError says which setting or argument is wrong, and what would be accepted.
//
//	type ConfigError struct {
//		Field     string   // "PixelFormat", "ExtraOptions[qp]", "SampleRate", …
//		Value     any      // what was given
//		Reason    string   // why it is refused, and what to do instead
//		Supported []string // the values that are accepted, where that is a list
//		Err       error    // the error of FFmpeg; may be nil
//	}
//
// errors.As finds it in the errors of AddVideo, AddAudio, Open and all calls that feed the encoder.
// Unwrap returns Err.
type ConfigError = fault.ConfigError

// PartialError is returned when the context of a call ended before everything was accepted.
type PartialError struct {
	Accepted int   // frames, or samples per channel, of this call that will be encoded
	Err      error // the context's cause
}

func (e *PartialError) Error() string {
	return fmt.Sprintf("avloom: only the first %d were accepted: %v", e.Accepted, e.Err)
}

// Unwrap returns the context's cause.
func (e *PartialError) Unwrap() error { return e.Err }
