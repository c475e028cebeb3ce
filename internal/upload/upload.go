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

// ErrInterrupted is why an upload failed that was interrupted.
var ErrInterrupted = errors.New("the upload was interrupted")

// Upload is a request whose body is being written. Write and Close are for one goroutine at a time,
// Interrupt and Err for any.
type Upload struct {
	config      Config
	feed        *feed
	connections *connections
	transport   *http.Transport
	cancel      context.CancelCauseFunc
	over        chan struct{} // closed when the request is over
	freed       sync.Once
}

// Start connects to a URL of http or https, and returns when the server wants the body, or does not
// answer the question whether it does. Where ctx ends first, the error is its cause; the upload
// itself does not end with ctx.
func Start(ctx context.Context, to *url.URL, config Config) (*Upload, error) {
	live.New("upload")
	own, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	u := &Upload{config: config, feed: newFeed(), connections: &connections{}, cancel: cancel, over: make(chan struct{})}
	u.transport = config.transport(u.connections)
	interrupted := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		u.Interrupt()
		close(interrupted)
	})
	defer u.limit("let the upload in")()
	go u.run(own, to)
	select {
	case <-u.feed.wanted:
	case <-u.over:
	}
	if !stop() {
		<-interrupted
		_ = u.Close() // the cause has been said
		return nil, context.Cause(ctx)
	}
	if err := u.Err(); err != nil {
		_ = u.Close() // the same
		return nil, err
	}
	return u, nil
}

// Write returns when p has been sent. What it returned an error for may have been sent in part.
func (u *Upload) Write(p []byte) (int, error) {
	defer u.limit("take what was sent")()
	return u.feed.Write(p)
}

// Close ends the body and waits for the answer, which it returns. After an Interrupt, or an error
// of Write, the server gets no end, and can tell that the body is not whole. A second Close returns
// the same.
func (u *Upload) Close() error {
	defer u.limit("answer")()
	u.feed.end()
	<-u.over
	u.freed.Do(func() { live.Freed("upload") })
	return u.Err()
}

// Err is why the upload has failed; nil: it has not.
func (u *Upload) Err() error { return u.feed.failure() }

// Interrupt makes the call that is under way return, and those after it. After the end of the
// upload it does nothing. It may be called at any time.
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

// limit lets the upload fail if the step that begins is not over in time. The function that it
// returns ends the step.
func (u *Upload) limit(what string) func() {
	if u.config.Timeout == 0 {
		return func() {}
	}
	timer := time.AfterFunc(u.config.Timeout, func() {
		u.fail(fmt.Errorf("the server did not %s within %v: %w", what, u.config.Timeout, os.ErrDeadlineExceeded))
	})
	return func() { timer.Stop() }
}

// run sends the request, and keeps how that went.
func (u *Upload) run(ctx context.Context, to *url.URL) {
	defer close(u.over)
	if err := u.send(ctx, to); err != nil {
		u.feed.fail(err)
	}
	u.cancel(nil)
	u.connections.close()
	u.transport.CloseIdleConnections()
}
