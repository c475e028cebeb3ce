package api

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/avloom/avloom/internal/fault"
	"github.com/avloom/avloom/pipeline"
)

// RenderError says which jobs of RenderAll failed. errors.Is and errors.As find the errors of the
// jobs.
type RenderError struct {
	Failed []JobResult // the jobs that failed, in the order in which they did, without those that were stopped
	Err    error       // the cause of the context if that has ended, too; otherwise nil
}

// Error says how many jobs failed. The error of a single job follows on the same line; those of
// several are on lines of their own. Errors of several lines are joined into one line. A panic is
// shown without its stack, which is in the result.
func (e *RenderError) Error() string {
	first, next := " ", "; "
	if len(e.Failed) > 1 {
		first, next = "\n  ", "\n  "
	}
	var b strings.Builder
	fmt.Fprintf(&b, "avloom: %d %s failed:", len(e.Failed), plural("job", len(e.Failed)))
	for _, job := range e.Failed {
		fmt.Fprintf(&b, "%s%s: %s", first, inOneLine(cmp.Or(job.ID, "a job without a path")), inOneLine(inShort(job.Err)))
	}
	if e.Err != nil {
		fmt.Fprintf(&b, "%sthen all were stopped: %s", next, inOneLine(fault.WithoutPrefix(e.Err).Error()))
	}
	return b.String()
}

// inOneLine joins the lines of a text.
func inOneLine(text string) string {
	lines := strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' })
	for i := range lines {
		lines[i] = strings.TrimSpace(lines[i])
	}
	return strings.Join(slices.DeleteFunc(lines, func(line string) bool { return line == "" }), "; ")
}

// Unwrap returns the error of each failed job, and the cause of the context.
func (e *RenderError) Unwrap() []error {
	var all []error
	for _, job := range e.Failed {
		all = append(all, job.Err)
	}
	if e.Err != nil {
		all = append(all, e.Err)
	}
	return all
}

// inShort returns the text of an error, without the stack of a panic, which is in the result.
func inShort(err error) string {
	if p, ok := errors.AsType[*pipeline.PanicError](err); ok {
		return fmt.Sprintf("panic: %v", p.Value)
	}
	return fault.WithoutPrefix(err).Error()
}

func plural(noun string, n int) string {
	if n == 1 {
		return noun
	}
	return noun + "s"
}

// err returns the error of RenderAll. complete says that it came to the end of the jobs.
func (r *rendering) err(ctx context.Context, complete bool) error {
	var cause error
	if ctx.Err() != nil && (!complete || r.progress.Failed > len(r.failed)) {
		cause = context.Cause(ctx)
	}
	if len(r.failed) == 0 {
		return cause
	}
	return &RenderError{Failed: r.failed, Err: cause}
}
