package api

import (
	"errors"
	"fmt"
	"reflect"
	"strings"

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
	// ErrCalledBack is returned by calls that would wait for themselves, because they come from
	// inside a call of the encoder's own writer or logger: those that feed it, Sync, and Close.
	ErrCalledBack = errors.New("avloom: called from inside the encoder's own writer or logger, which it waits for: call from another goroutine, or Abort")
	// ErrAborted is the cause of an Abort without one.
	ErrAborted = pipeline.ErrAborted
	// ErrPicturesLent is returned by Acquire when as many pictures are lent as the queue is deep: give one back, or set WithQueueDepth.
	ErrPicturesLent = errors.New("avloom: too many pictures are lent: commit or discard one first, or set WithQueueDepth higher")
)

// ConfigError says which setting or argument is wrong, and what would be right.
type ConfigError struct {
	Field     string   // "PixelFormat", "ExtraOptions[qp]", "SampleRate", …
	Value     any      // what was given
	Reason    string   // why it will not do
	Supported []string // what would have been accepted, where that is a list
	Err       error    // what FFmpeg said, where it is known; may be nil
}

// mostShown is how many supported values a message lists.
const mostShown = 24

func (e *ConfigError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "avloom: %s", e.Field)
	switch v := e.Value.(type) {
	case nil:
	case string:
		fmt.Fprintf(&b, " %q", shorten(v))
	default:
		fmt.Fprintf(&b, " %s", shorten(fmt.Sprint(printable(v))))
	}
	fmt.Fprintf(&b, ": %s", e.Reason)
	if e.Err != nil {
		fmt.Fprintf(&b, ": %v", e.Err)
	}
	if n := len(e.Supported); n > mostShown {
		fmt.Fprintf(&b, " (supported: %s and %d more)", strings.Join(e.Supported[:mostShown], ", "), n-mostShown)
	} else if n > 0 {
		fmt.Fprintf(&b, " (supported: %s)", strings.Join(e.Supported, ", "))
	}
	return b.String()
}

// printable is a value, or the name of its type where there may be no end to it, as to a map that holds itself.
func printable(v any) any {
	t := reflect.TypeOf(v)
	if t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	switch t.Kind() {
	case reflect.Map, reflect.Slice, reflect.Array, reflect.Struct, reflect.Pointer, reflect.Interface, reflect.Func, reflect.Chan:
		return typeOf(v)
	default:
		return v
	}
}

func typeOf(v any) string { return fmt.Sprintf("%T", v) }

// Unwrap returns what FFmpeg said.
func (e *ConfigError) Unwrap() error { return e.Err }

// shorten keeps a message readable whatever was given.
func shorten(s string) string {
	const most = 80
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}

// PartialError is returned when the context of a call ended before all that was given had been taken.
type PartialError struct {
	Accepted int   // frames, or samples per channel, of this call that will be encoded
	Err      error // the context's cause
}

func (e *PartialError) Error() string {
	return fmt.Sprintf("avloom: only the first %d were accepted: %v", e.Accepted, e.Err)
}

// Unwrap returns the context's cause.
func (e *PartialError) Unwrap() error { return e.Err }
