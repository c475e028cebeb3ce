package fflog

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"syscall"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
)

// ConnectionLines receives FFmpeg's lines about one connection and removes the secrets from them.
// The lines go to a log. Those that report an error also become part of the error of the call
// during which FFmpeg logged them.
type ConnectionLines struct {
	Redactor Redactor
	Log      *astiavx.Log // nil: none
	// ExplainBroken makes a better error of one of an open connection about which FFmpeg logged
	// nothing, or only that it was broken; nil: the error stays as it is.
	ExplainBroken func(error) error

	mu     sync.Mutex
	open   bool
	errors []string // the lines that report an error, of the call that is under way
}

// mostErrors bounds how many lines of one call become part of its error.
const mostErrors = 8

// Receiver returns the log that FFmpeg's lines about the connection are sent to. It does not
// receive debug lines, because these show what FFmpeg sends, with passwords.
func (c *ConnectionLines) Receiver() *astiavx.Log {
	most := astiav.LogLevelError
	if c.Log != nil {
		most = max(most, min(c.Log.Most, astiav.LogLevelInfo))
	}
	return &astiavx.Log{Most: most, To: c.receive}
}

func (c *ConnectionLines) receive(line astiavx.LogLine) {
	line.Text = c.Redactor.Redact(line.Text)
	if c.Log != nil {
		c.Log.To(line)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if line.Level <= astiav.LogLevelError && len(c.errors) < mostErrors {
		c.errors = append(c.errors, line.Text)
	}
}

// Connected is called once the connection is open. It drops the errors of the attempts to connect.
func (c *ConnectionLines) Connected() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.open, c.errors = true, nil
}

// clearErrors are errors of an attempt to connect that need no explanation by FFmpeg.
var clearErrors = []syscall.Errno{
	syscall.ECONNREFUSED, syscall.ECONNRESET, syscall.ECONNABORTED, syscall.EPIPE, syscall.ETIMEDOUT,
	syscall.EHOSTUNREACH, syscall.ENETUNREACH, syscall.EADDRINUSE, syscall.EACCES,
}

// Explain ends a call. It adds to the call's error the URL, without secrets, and the errors that
// FFmpeg logged during the call. It returns nil for nil.
func (c *ConnectionLines) Explain(err error) error {
	logged := c.TakeErrors()
	if err == nil {
		return nil
	}
	if c.open && c.ExplainBroken != nil && !slices.ContainsFunc(logged, saysMore) {
		logged, err = nil, c.ExplainBroken(err)
	}
	text := c.Redactor.Redact(err.Error())
	if len(logged) > 0 && (c.open || !isClear(err)) {
		text = strings.Join(logged, "; ") + ": " + text
	}
	return &connectionError{c.Redactor.redacted + ": " + text, err}
}

// saysMore says whether a line tells more than that the connection is broken.
func saysMore(line string) bool { return !strings.HasPrefix(line, "Connection was broken") }

func isClear(err error) bool {
	system, ok := errors.AsType[syscall.Errno](err)
	return ok && slices.Contains(clearErrors, system)
}

// TakeErrors returns the errors that FFmpeg logged since the last call ended, without repetitions,
// and drops them.
func (c *ConnectionLines) TakeErrors() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	logged := slices.Compact(c.errors)
	c.errors = nil
	return logged
}

// HasError reports whether FFmpeg logged an error that begins with the prefix during the call that
// is under way.
func (c *ConnectionLines) HasError(prefix string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.ContainsFunc(c.errors, func(line string) bool { return strings.HasPrefix(line, prefix) })
}

// connectionError is an error whose text contains no secret.
type connectionError struct {
	text string
	err  error
}

func (e *connectionError) Error() string { return e.text }
func (e *connectionError) Unwrap() error { return e.err }
