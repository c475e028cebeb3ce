package upload

import (
	"context"
	"errors"
	"net/http/httptrace"
	"sync"
	"sync/atomic"
	"time"
)

// errNotFlushed is why an upload failed whose end could not be sent any more.
var errNotFlushed = errors.New("the connection was closed before the end of the upload had been sent")

// sent says when a request has been sent, and how that went.
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

func (s *sent) comesToEnd() { s.ending.Store(true) }

// during writes to a connection.
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

// awaitFlush waits until the end of the body has been sent too, of a request that is over: net/http
// says that it is over before it writes the last chunk.
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
