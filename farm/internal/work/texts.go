package work

import (
	"errors"
	"fmt"
	"strings"

	"github.com/avloom/avloom/internal/fault"
	"github.com/avloom/avloom/pipeline"
)

// errExited is the error of a renderer that has ended its goroutine.
var errExited = errors.New("the renderer called runtime.Goexit, as t.FailNow does")

// leftError is that of an attempt that did not return when it was ended.
type leftError struct{ cause error }

// Error says that the renderer is still there.
func (e *leftError) Error() string {
	return fmt.Sprintf("%v, and the renderer did not return when its context ended; it was left behind", e.cause)
}

// Unwrap returns the cause.
func (e *leftError) Unwrap() error { return e.cause }

// longestText bounds what an error adds to the history of a run. The server cuts longer ones.
const longestText = 2000

// shortText returns the text of an error, without the stack of a panic.
func shortText(err error) string {
	text := fault.WithoutPrefix(err).Error()
	if p, ok := errors.AsType[*pipeline.PanicError](err); ok {
		before, _, found := strings.Cut(text, p.Error())
		if !found {
			before = ""
		}
		text = fmt.Sprintf("%spanic: %v", before, p.Value)
	}
	return cut(text)
}

// cut bounds a text, and makes it UTF-8.
func cut(text string) string {
	if len(text) > longestText {
		text = strings.ToValidUTF8(text[:longestText], "") + "…"
	}
	return strings.ToValidUTF8(text, "\uFFFD")
}
