package upload

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"sync"
	"time"

	"github.com/avloom/avloom/internal/live"
)

var _ io.WriteCloser = (*Upload)(nil)

// ErrInterrupted is the error of an upload that was interrupted.
var ErrInterrupted = errors.New("the upload was interrupted")

// Upload is a request whose body is being written. One goroutine at a time calls Write and Close;
// any goroutine may call Interrupt and Err.
type Upload struct {
	config      Config
	feed        *feed
	connections *connections
	transport   *http.Transport
	cancel      context.CancelCauseFunc
	over        chan struct{} // closed when the request is over
	freed       sync.Once
}

// Start connects to a URL of http or https. It returns when the server wants the body, or has not
// answered the question whether it does. If ctx ends first, the error is its cause. The upload
// itself does not end with ctx.
func Start(ctx context.Context, to *url.URL, config Config) (*Upload, error) {
	live.New("upload")
	own, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	u := &Upload{
		config: config, feed: newFeed(), connections: &connections{}, cancel: cancel, over: make(chan struct{}),
	}
	u.transport = config.transport(u.connections)
	interrupted := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		u.Interrupt()
		close(interrupted)
	})
	endStep := u.beginStep("let the upload in")
	defer endStep()
	go u.run(own, to)
	select {
	case <-u.feed.wanted:
	case <-u.over:
	}
	if !stop() {
		<-interrupted
		_ = u.Close() // the cause of ctx is the reason
		return nil, context.Cause(ctx)
	}
	if err := u.Err(); err != nil {
		_ = u.Close() // it returns the same error
		return nil, err
	}
	return u, nil
}

// Write returns when p has been sent. If it returns an error, a part of p may have been sent.
func (u *Upload) Write(p []byte) (int, error) {
	endStep := u.beginStep("take what was sent")
	defer endStep()
	return u.feed.Write(p)
}

// Close ends the body, waits for the answer, and returns its error. After an Interrupt, or an error
// of Write, the server receives no end of the body, and can tell that the body is not whole. A
// second Close returns the same error.
func (u *Upload) Close() error {
	endStep := u.beginStep("answer")
	defer endStep()
	u.feed.end()
	<-u.over
	u.freed.Do(func() { live.Freed("upload") })
	return u.Err()
}

// Err returns why the upload has failed; nil: it has not.
func (u *Upload) Err() error { return u.feed.failure() }

// Interrupt makes the running call return, and every later call. After the end of the upload it
// does nothing. It may be called at any time.
func (u *Upload) Interrupt() { u.fail(ErrInterrupted) }

// fail ends the upload, unless it is over.
func (u *Upload) fail(err error) {
	select {
	case <-u.over:
		return
	default:
	}
	u.feed.fail(err)
	u.cancel(err)
	u.connections.close()
}

// beginStep makes the upload fail if the step that begins does not end within the timeout. The
// function that it returns ends the step.
func (u *Upload) beginStep(what string) func() {
	if u.config.Timeout == 0 {
		return func() {}
	}
	timer := time.AfterFunc(u.config.Timeout, func() {
		u.fail(fmt.Errorf("the server did not %s within %v: %w", what, u.config.Timeout, os.ErrDeadlineExceeded))
	})
	return func() { timer.Stop() }
}

// run sends the request, and keeps its error.
func (u *Upload) run(ctx context.Context, to *url.URL) {
	defer close(u.over)
	if err := u.send(ctx, to); err != nil {
		u.feed.fail(err)
	}
	u.cancel(nil)
	u.connections.close()
	u.transport.CloseIdleConnections()
}
