package upload

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/textproto"
	"net/url"
	"time"
)

// attempt is one request of an upload. An upload makes another attempt as long as the server has
// taken nothing of the body.
type attempt struct {
	upload *Upload
	to     *url.URL
	asked  bool // the request asks the server whether it wants the body
	body   *body
	sent   *sent
}

// attempt sends one request, and waits for its end. It returns where to send the body instead, if
// the server has taken nothing of it: to another URL, or to the same one without the question.
func (u *Upload) attempt(ctx context.Context, to *url.URL, header http.Header) (next *url.URL, err error) {
	a := &attempt{upload: u, to: to, asked: header.Get("Expect") != "", body: u.feed.next(), sent: newSent()}
	defer u.connections.drop()
	defer a.body.retire()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // the rest of the answer is not read
	a.body.atEnd = a.sent.markEnding
	u.connections.watch(a.sent)
	request, err := u.request(httptrace.WithClientTrace(ctx, a.trace()), to, header, a.body)
	if err != nil {
		return nil, err
	}
	response, err := u.transport.RoundTrip(request)
	if err != nil {
		return nil, u.first(u.noAnswer(err))
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode < 200 || response.StatusCode > 299 {
		timer := time.AfterFunc(answerGrace, cancel) // ends a wait for the text of the answer
		defer timer.Stop()
		return a.refused(response)
	}
	return a.accepted(ctx, response)
}

// trace keeps the body from being read while the server's answer may be another one than that it
// wants the body: net/http begins to send the body before it returns that answer.
func (a *attempt) trace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		WroteRequest: a.sent.end,
		GotFirstResponseByte: func() {
			a.body.setAnswering(true)
			time.AfterFunc(questionTimeout, func() { a.body.setAnswering(false) })
		},
		Got1xxResponse: func(int, textproto.MIMEHeader) error {
			a.body.setAnswering(false)
			return nil
		},
	}
}

// refused handles every answer that is no success.
func (a *attempt) refused(r *http.Response) (next *url.URL, err error) {
	taken, _ := a.body.retire()
	switch r.StatusCode {
	case http.StatusExpectationFailed:
		if a.asked && !taken {
			return a.to, nil
		}
	case http.StatusMovedPermanently, http.StatusFound, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return redirected(a.to, r, taken)
	case http.StatusSeeOther:
		return nil, newStatusError(r, "which says where to find an answer, not where to upload")
	}
	return nil, newStatusError(r, "")
}

// redirected returns the URL to which the server redirects the upload.
func redirected(from *url.URL, r *http.Response, taken bool) (*url.URL, error) {
	to, err := r.Location()
	switch {
	case err != nil:
		return nil, newStatusError(r, "without a place that one could go to")
	case taken:
		return nil, newStatusError(r, "to "+withoutSecrets(to)+", after the upload had begun, which cannot be sent again")
	case to.Scheme != "http" && to.Scheme != "https":
		return nil, newStatusError(r, "to "+withoutSecrets(to)+", which is not HTTP")
	case from.Scheme == "https" && to.Scheme == "http":
		return nil, newStatusError(r, "to "+withoutSecrets(to)+
			", where anybody could read the upload; give that URL if it is meant")
	default:
		return to, nil
	}
}

// accepted handles a success. If the answer came before the whole body had been sent, it waits
// until the body has been sent and the answer is complete.
func (a *attempt) accepted(ctx context.Context, r *http.Response) (next *url.URL, err error) {
	early := !a.sent.isOver()
	next, err = a.awaitSent(ctx, r)
	if next != nil || err != nil || !early {
		return next, err
	}
	return nil, a.awaitAnswer(r)
}

// awaitSent waits until the whole body has been sent.
func (a *attempt) awaitSent(ctx context.Context, r *http.Response) (next *url.URL, err error) {
	a.upload.connections.keep()
	a.body.setAnswering(false)
	select {
	case <-a.sent.over:
	case <-ctx.Done():
		return nil, a.upload.first(context.Cause(ctx))
	}
	taken, whole := a.body.retire()
	switch {
	case whole && a.sent.err == nil:
		return nil, a.upload.first(a.sent.awaitFlush(ctx))
	case a.asked && !taken: // the server takes the question for the whole request
		return a.to, nil
	}
	early := fmt.Errorf("the server answered %s before the upload had ended, and took no more of it", statusOf(r))
	if a.sent.err != nil {
		early = fmt.Errorf("%w: %w", early, a.sent.err)
	}
	return nil, a.upload.first(early)
}

// awaitAnswer waits for the end of an answer that began before the whole body had been sent. A
// server that ends the connection then, as FFmpeg's does, has read the whole body: otherwise the
// connection would have been reset.
func (a *attempt) awaitAnswer(r *http.Response) error {
	_, err := io.Copy(io.Discard, r.Body)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return a.upload.first(fmt.Errorf("the server answered %s, and broke off its answer: %w", statusOf(r), err))
	}
	return nil
}

// noAnswer returns a better error for a request that got no answer.
func (u *Upload) noAnswer(err error) error {
	broken, ok := errors.AsType[*net.OpError](err)
	switch {
	case ok && (broken.Op == "read" || broken.Op == "write"):
		return fmt.Errorf("the server hung up without an answer: %w", broken)
	case !ok && u.connections.hungUp():
		return fmt.Errorf("the server hung up without an answer: %w", io.ErrUnexpectedEOF)
	default:
		return err
	}
}
