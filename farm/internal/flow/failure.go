package flow

import (
	"cmp"
	"encoding/json"
	"errors"
	"strings"

	"go.temporal.io/sdk/temporal"
)

// maxError is the length of an error's text in a result. The results of a batch must fit into one
// value, for which the server has a limit of 2 MiB.
const maxError = 2000

// failure returns the result of a job that has not made its file. stopping says that the run was
// cancelled: then an attempt that its worker did not end counts as stopped, too.
func failure(job Job, err error, stopping bool) Result {
	result := Result{ID: job.ID, Path: job.Path}
	app, ok := errors.AsType[*temporal.ApplicationError](err)
	switch {
	case ok:
		result.Kind, result.Error = app.Type(), app.Message()
		result.Config = configFault(app)
	case stopping, isCancelled(err):
		return stopped(job)
	default:
		result.Kind, result.Error = ErrFailed, err.Error()
	}
	result.Error = cmp.Or(shorten(result.Error), "failed without a reason") // "" is that of a file
	return result
}

// stopped returns the result of a job of a cancelled run.
func stopped(job Job) Result {
	return Result{ID: job.ID, Path: job.Path, Error: "the run was cancelled", Stopped: true}
}

func configFault(err *temporal.ApplicationError) *ConfigFault {
	fault := &ConfigFault{}
	if err.Type() != ErrConfig || !err.HasDetails() || err.Details(fault) != nil {
		return nil
	}
	text, wrong := json.Marshal(fault)
	if wrong != nil || len(text) > maxError {
		return nil // the error's text has all that a person reads
	}
	return fault
}

// shorten bounds a text.
func shorten(text string) string {
	if len(text) <= maxError {
		return strings.ToValidUTF8(text, "?")
	}
	return strings.ToValidUTF8(text[:maxError], "") + " …"
}
