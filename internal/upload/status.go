package upload

import (
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"unicode"
)

// StatusError is an answer of the server that is no success.
type StatusError struct {
	Code   int    // 404
	Status string // "404 Not Found"
	Text   string // the server's text, on one line; "": there is none that can be shown
	Reason string // why the answer is an error, where the status alone does not say so
}

func (e *StatusError) Error() string {
	text := "the server answered " + e.Status
	if e.Reason != "" {
		text += ", " + e.Reason
	}
	if e.Text != "" {
		text += ": " + e.Text
	}
	return text
}

func newStatusError(r *http.Response, reason string) *StatusError {
	return &StatusError{Code: r.StatusCode, Status: statusOf(r), Text: textOf(r), Reason: reason}
}

// statusOf returns the status with its name. Where the server gave no name, as HTTP/2 does, it is
// that of net/http.
func statusOf(r *http.Response) string {
	name := strings.TrimSpace(strings.TrimPrefix(r.Status, fmt.Sprint(r.StatusCode)))
	if name == "" {
		name = http.StatusText(r.StatusCode)
	}
	return strings.TrimSpace(fmt.Sprintf("%d %s", r.StatusCode, oneLine(name)))
}

// mostText is how many bytes of the server's text are shown.
const mostText = 300

// textOf returns the server's text about its status, if it is written for people or programs and
// not for a browser.
func textOf(r *http.Response) string {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if kind != "" && kind != "text/plain" && !strings.HasSuffix(kind, "json") {
		return hint(r)
	}
	start, _ := io.ReadAll(io.LimitReader(r.Body, mostText)) // the text that has come is shown
	return strings.TrimSpace(oneLine(string(start)) + hint(r))
}

// hint returns which authorization the server asks for, if net/http cannot give it.
func hint(r *http.Response) string {
	scheme, _, _ := strings.Cut(r.Header.Get("WWW-Authenticate"), " ")
	if r.StatusCode != http.StatusUnauthorized || scheme == "" || strings.EqualFold(scheme, "Basic") {
		return ""
	}
	return fmt.Sprintf(" (it asks for %s; a user in the URL is sent as Basic, all else goes into headers)",
		oneLine(scheme))
}

// oneLine replaces characters that would break a line or garble a terminal.
func oneLine(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return ' '
	}, strings.ToValidUTF8(s, ""))
	return strings.Join(strings.Fields(s), " ")
}

// withoutSecrets returns a URL without the parts that may be secret.
func withoutSecrets(u *url.URL) string {
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String()
}
