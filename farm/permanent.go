package farm

import (
	"errors"

	"github.com/avloom/avloom/farm/internal/work"
)

// Permanent marks an error that another attempt would not mend: parameters that make no sense, an
// input that does not exist. A Renderer that returns it, wrapped or not, is not called again for
// the job, which has failed. All other errors but *api.ConfigError are tried again, up to
// RunConfig.Attempts. nil stays nil.
func Permanent(err error) error {
	if err == nil {
		return nil
	}
	return &work.PermanentError{Err: err}
}

// IsPermanent reports whether an error is, or wraps, one that Permanent has marked: by a renderer
// in this process, or on a worker, if it is of a job's result.
func IsPermanent(err error) bool {
	_, marked := errors.AsType[*work.PermanentError](err)
	return marked
}
