package upload

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
)

// mostRedirects is how many redirects are followed. net/http follows as many.
const mostRedirects = 10

// send sends the body to a URL, or to the URL to which the server redirects the upload before it
// has taken anything of the body.
func (u *Upload) send(ctx context.Context, to *url.URL) error {
	header := u.config.header(to)
	for redirects := 0; ; {
		next, err := u.attempt(ctx, to, header)
		if err != nil && redirects > 0 {
			err = fmt.Errorf("redirected to %s: %w", withoutSecrets(to), err)
		}
		switch {
		case next == nil || err != nil:
			return err
		case next == to: // the same URL, without the question
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

// forward prepares the header for another URL. It removes the fields that are for one host only.
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

// request returns a request with this header and body.
func (u *Upload) request(
	ctx context.Context, to *url.URL, header http.Header, body io.ReadCloser,
) (*http.Request, error) {
	method := u.config.Method
	if method == "" {
		method = http.MethodPost
	}
	plain := *to
	plain.User = nil // the header has it
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

// first returns the reason why the upload has failed before, if it has, in place of an error that
// only follows from it.
func (u *Upload) first(err error) error {
	if own := u.Err(); own != nil && err != nil {
		return own
	}
	return err
}
