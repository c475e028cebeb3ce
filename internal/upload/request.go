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

// mostRedirects is how many redirects are followed. It is that of net/http.
const mostRedirects = 10

// send sends the body to a URL, or to where the server redirects it before anything of it has been
// sent.
func (u *Upload) send(ctx context.Context, to *url.URL) error {
	header := u.config.header(to)
	for redirects := 0; ; {
		next, err := u.attempt(ctx, to, header)
		if err != nil && redirects > 0 {
			err = fmt.Errorf("redirected to %s: %w", shown(to), err)
		}
		switch {
		case next == nil || err != nil:
			return err
		case next == to: // again, without the question
			header.Del("Expect")
			continue
		case redirects == mostRedirects:
			return fmt.Errorf("the server redirected the upload %d times", redirects+1)
		}
		redirects++
		forward(header, to, next)
		to = next
	}
}

// forward prepares the header for another URL: what is for one host is not for another.
func forward(header http.Header, from, to *url.URL) {
	if from.Host != to.Host || to.User != nil {
		header.Del("Authorization")
	}
	if from.Host != to.Host {
		header.Del("Cookie")
		header.Del("Host")
	}
	authorize(header, to)
}

// attempt sends one request, and waits for its end. next is where the body, which is untouched, is
// to be sent instead: to another URL, or to the same without the question.
func (u *Upload) attempt(ctx context.Context, to *url.URL, header http.Header) (next *url.URL, err error) {
	body := u.feed.next()
	defer u.connections.drop()
	defer body.retire()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // the answer is not read any further
	sent := newSent()
	body.atEnd = sent.comesToEnd
	u.connections.watch(sent)
	request, err := u.request(httptrace.WithClientTrace(ctx, traceOf(body, sent)), to, header, body)
	if err != nil {
		return nil, err
	}
	response, err := u.transport.RoundTrip(request)
	if err != nil {
		return nil, u.first(u.noAnswer(err))
	}
	defer func() { _ = response.Body.Close() }()
	early := !sent.isOver()
	asked := header.Get("Expect") != ""
	if response.StatusCode < 200 || response.StatusCode > 299 {
		taken, _ := body.retire()
		defer time.AfterFunc(answerGrace, cancel).Stop() // what the server has to say about it is not waited for any longer
		return u.refused(to, response, asked, taken)
	}
	next, err = u.awaitSent(ctx, to, response, asked, body, sent)
	if next != nil || err != nil || !early {
		return next, err
	}
	return nil, u.awaitVerdict(response)
}

// traceOf keeps the body from being read while the server answers something else than that it wants
// the body: net/http begins to send the body then, before it returns the answer.
func traceOf(body *body, sent *sent) *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		WroteRequest: sent.end,
		GotFirstResponseByte: func() {
			body.answers(true)
			time.AfterFunc(questionTimeout, func() { body.answers(false) })
		},
		Got1xxResponse: func(int, textproto.MIMEHeader) error {
			body.answers(false)
			return nil
		},
	}
}

func (u *Upload) request(ctx context.Context, to *url.URL, header http.Header, body io.ReadCloser) (*http.Request, error) {
	method := u.config.Method
	if method == "" {
		method = http.MethodPost
	}
	plain := *to
	plain.User = nil // it is in the header
	r, err := http.NewRequestWithContext(ctx, method, plain.String(), body)
	if err != nil {
		return nil, err
	}
	r.Header = header.Clone()
	if host := r.Header.Get("Host"); host != "" {
		r.Host = host
		r.Header.Del("Host")
	}
	return r, nil
}

// first is why the upload has failed before, if it has; what comes of that is no reason of its own.
func (u *Upload) first(err error) error {
	if own := u.Err(); own != nil && err != nil {
		return own
	}
	return err
}

// noAnswer says what it means that there is none.
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

// refused is for every answer that is no success.
func (u *Upload) refused(from *url.URL, r *http.Response, asked, taken bool) (next *url.URL, err error) {
	switch r.StatusCode {
	case http.StatusExpectationFailed:
		if asked && !taken {
			return from, nil
		}
	case http.StatusMovedPermanently, http.StatusFound, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return redirected(from, r, taken)
	case http.StatusSeeOther:
		return nil, newStatusError(r, "which says where to find an answer, not where to upload")
	}
	return nil, newStatusError(r, "")
}

// redirected is where the body is to be sent instead.
func redirected(from *url.URL, r *http.Response, taken bool) (*url.URL, error) {
	to, err := r.Location()
	switch {
	case err != nil:
		return nil, newStatusError(r, "without a place that one could go to")
	case taken:
		return nil, newStatusError(r, "to "+shown(to)+", after the upload had begun, which cannot be sent again")
	case to.Scheme != "http" && to.Scheme != "https":
		return nil, newStatusError(r, "to "+shown(to)+", which is not HTTP")
	case from.Scheme == "https" && to.Scheme == "http":
		return nil, newStatusError(r, "to "+shown(to)+", where anybody could read the upload; give that URL if it is meant")
	default:
		return to, nil
	}
}

// awaitSent is for a server that answers well: it waits until all has been sent, where the answer
// came before that.
func (u *Upload) awaitSent(ctx context.Context, to *url.URL, r *http.Response, asked bool, body *body, sent *sent) (next *url.URL, err error) {
	u.connections.keep()
	body.answers(false)
	select {
	case <-sent.over:
	case <-ctx.Done():
		return nil, u.first(context.Cause(ctx))
	}
	taken, whole := body.retire()
	switch {
	case whole && sent.err == nil:
		return nil, u.first(sent.awaitFlush(ctx))
	case asked && !taken: // it takes the question for the whole request
		return to, nil
	}
	early := fmt.Errorf("the server answered %s before the upload had ended, and took no more of it", statusOf(r))
	if sent.err != nil {
		early = fmt.Errorf("%w: %w", early, sent.err)
	}
	return nil, u.first(early)
}

// awaitVerdict waits for the end of an answer that began before all had been sent. A server that
// just hangs up then has read all, since it would have reset the connection otherwise; FFmpeg's
// server always does.
func (u *Upload) awaitVerdict(r *http.Response) error {
	if _, err := io.Copy(io.Discard, r.Body); err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return u.first(fmt.Errorf("the server answered %s, and broke off its answer: %w", statusOf(r), err))
	}
	return nil
}
