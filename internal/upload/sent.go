package upload

import (
	"context"
	"errors"
	"net/http/httptrace"
	"sync"
	"sync/atomic"
	"time"
)

// errNotFlushed is the error of an upload whose end could not be sent.
var errNotFlushed = errors.New("the connection was closed before the end of the upload had been sent")

// sent records when a request has been sent, and its error.
type sent struct {
	over chan struct{} // closed when net/http has written the request, but for what it still holds in its buffer
	once sync.Once
	err  error // once it is over

	ending   atomic.Bool   // net/http has read the end of the body: what it writes next is the last
	begun    chan struct{} // closed when that is being written
	flushed  chan struct{} // closed when it has been written
	flushErr error         // once it is flushed
	last     sync.Once
}

func newSent() *sent {
	return &sent{over: make(chan struct{}), begun: make(chan struct{}), flushed: make(chan struct{})}
}

func (s *sent) isOver() bool {
	select {
	case <-s.over:
		return true
	default:
		return false
	}
}

func (s *sent) end(info httptrace.WroteRequestInfo) {
	s.once.Do(func() {
		s.err = info.Err
		close(s.over)
	})
}

// markEnding records that net/http has read the end of the body.
func (s *sent) markEnding() { s.ending.Store(true) }

// during makes a write to a connection, and records the last one.
func (s *sent) during(write func() (int, error)) (n int, err error) {
	last := false
	if s.ending.Load() {
		s.last.Do(func() { last = true; close(s.begun) })
	}
	n, err = write()
	if last {
		s.flushErr = err
		close(s.flushed)
	}
	return n, err
}

// awaitFlush waits until the end of the body has been sent. net/http reports the request as written
// before it writes the last chunk.
func (s *sent) awaitFlush(ctx context.Context) error {
	select {
	case <-s.begun:
	case <-time.After(answerGrace):
		return errNotFlushed
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	select {
	case <-s.flushed:
		return s.flushErr
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
