package flow

import (
	"cmp"
	"encoding/json"
	"errors"
	"strings"
	"unicode/utf8"

	"go.temporal.io/sdk/temporal"
)

// maxError is the length of an error's text in a result, as JSON. The results of a batch must fit
// into one value, for which the server has a limit of 2 MiB.
const maxError = 2000

// failure returns the result of a job that has not made its file. stopping says that the run was
// cancelled: then an attempt that its worker did not end counts as stopped, too.
func failure(job Job, err error, stopping bool) Result {
	app, ok := errors.AsType[*temporal.ApplicationError](err)
	returned := ok && app.Type() == ErrReturned && stopping // the run was cancelled, so nobody begins it again
	if returned || !ok && (stopping || isCancelled(err)) {
		return stopped(job)
	}
	result := Result{ID: job.ID, Path: job.Path, Kind: ErrFailed, Error: err.Error()}
	if ok {
		result.Kind, result.Error = app.Type(), app.Message()
		result.explain(app)
	}
	if _, terminated := errors.AsType[*temporal.TerminatedError](err); terminated {
		result.Error = "its workflow was terminated by hand"
	}
	result.Error = cmp.Or(shorten(result.Error), "failed without a reason") // "" is that of a file
	return result
}

// stopped returns the result of a job of a cancelled run.
func stopped(job Job) Result {
	return Result{ID: job.ID, Path: job.Path, Error: "the run was cancelled", Stopped: true}
}

// explain adds what the details of an error tell.
func (r *Result) explain(err *temporal.ApplicationError) {
	var fault *ConfigFault
	var how Failure
	if !err.HasDetails() || err.Details(&fault, &how) != nil {
		return
	}
	r.Attempts, r.Worker, r.Elapsed = how.Attempts, how.Worker, how.Elapsed
	text, wrong := json.Marshal(fault)
	if wrong == nil && len(text) <= maxError { // otherwise the error's text has all that a person reads
		r.Config = fault
	}
}

// shorten bounds a text.
func shorten(text string) string {
	text = strings.ToValidUTF8(text, "?")
	length := 0
	for i, r := range text {
		if length += encodedLength(r); length > maxError {
			return text[:i] + " …"
		}
	}
	return text
}

// encodedLength returns the length of a character in JSON, or a little more.
func encodedLength(r rune) int {
	const escaped = len(`\u0000`)
	if r < ' ' || strings.ContainsRune("\"\\<>&\u2028\u2029\x7f", r) {
		return escaped
	}
	return utf8.RuneLen(r)
}
