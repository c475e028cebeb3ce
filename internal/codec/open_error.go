package codec

import (
	"errors"
	"strings"
	"sync"
	"syscall"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/fault"
)

// openError is FFmpeg's error for an encoder that does not open, with the lines that FFmpeg logged
// about it. They often tell the reason, which the error's code does not.
type openError struct {
	code  error
	lines []string
}

// Error returns the lines, and the code where it tells more than that there is an error.
func (e *openError) Error() string {
	var b strings.Builder
	for i, line := range e.lines {
		b.WriteString(line)
		switch {
		case i == len(e.lines)-1:
		case strings.HasSuffix(line, ".") || strings.HasSuffix(line, ":"):
			b.WriteString(" ")
		default:
			b.WriteString("; ")
		}
	}
	if !isGeneral(e.code) {
		b.WriteString(": " + e.code.Error())
	}
	return b.String()
}

// Unwrap returns the error with FFmpeg's code.
func (e *openError) Unwrap() error { return e.code }

// isGeneral reports whether an error of FFmpeg's tells no more than that there is one.
func isGeneral(err error) bool {
	general := []error{astiav.Error(-int(syscall.EINVAL)), astiav.ErrExternal, astiav.ErrUnknown, astiav.ErrInvaliddata}
	for _, code := range general {
		if errors.Is(err, code) {
			return true
		}
	}
	return false
}

// Informative returns the error of an encoder that does not open, or nil if the error tells no more
// than that the encoder does not open.
func Informative(err error) error {
	if _, ok := errors.AsType[*openError](err); ok || !isGeneral(err) {
		return err
	}
	return nil
}

// ExplainEncoder returns an error about an encoder that does not open here with any setting, or nil
// if its settings may be the reason.
func ExplainEncoder(name string, err error) error {
	e := &fault.ConfigError{Field: "Codec", Value: name}
	switch {
	case errors.Is(err, astiav.ErrExperimental):
		e.Reason = "is experimental in FFmpeg; set ExtraOptions[strict] to experimental to use it all the same"
	case isHardware(name):
		e.Reason, e.Err = "does not open: it needs hardware or a driver that is not here", err
	default:
		return nil
	}
	return e
}

// maxErrorLines is how many lines of FFmpeg an error has. Some encoders log a table.
const maxErrorLines = 3

// errorLines collects the errors that FFmpeg logs about an encoder. It passes the lines on to
// another log.
type errorLines struct {
	next *astiavx.Log // may be nil

	mu    sync.Mutex
	lines []string
	more  bool // there were more than maxErrorLines
}

func newErrorLines(next *astiavx.Log) *errorLines { return &errorLines{next: next} }

// log returns the log to give to FFmpeg.
func (l *errorLines) log() *astiavx.Log {
	most := astiav.LogLevelError
	if l.next != nil {
		most = max(most, l.next.Most)
	}
	return &astiavx.Log{Most: most, To: l.receive}
}

func (l *errorLines) receive(line astiavx.LogLine) {
	if l.next != nil && line.Level <= l.next.Most {
		l.next.To(line)
	}
	if line.Level > astiav.LogLevelError {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.lines) == maxErrorLines {
		l.more = true
		return
	}
	l.lines = append(l.lines, line.Text)
}

// addTo returns the error with the lines that have been collected.
func (l *errorLines) addTo(err error) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.lines) == 0 {
		return err
	}
	lines := l.lines
	if l.more {
		lines = append(lines, "…")
	}
	return &openError{code: err, lines: lines}
}
