package farm

import (
	"errors"
	"fmt"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/farm/internal/flow"
	"github.com/avloom/avloom/farm/internal/work"
)

// remoteError is the error of a job that a worker has had, with its text, and where it was. It
// wraps what is known of the error that the worker had.
type remoteError struct {
	text string
	err  error // may be nil
}

func (e *remoteError) Error() string { return e.text }
func (e *remoteError) Unwrap() error { return e.err }

// jobError returns the error of a job that has failed.
func jobError(result flow.Result) error {
	err := &remoteError{text: result.Error + place(result)}
	switch result.Kind {
	case flow.ErrPermanent:
		err.err = &work.PermanentError{Err: errors.New(result.Error)}
	case flow.ErrConfig:
		err.err = configError(result)
	}
	return err
}

// place says in which attempt a job failed, and on which worker, if that may have to do with it. It
// has not where the first attempt was final: any worker would have. A job with which workers died
// was given up by another one.
func place(result flow.Result) string {
	sure := result.Kind == flow.ErrPermanent || result.Kind == flow.ErrConfig
	if result.Worker == "" || sure && result.Attempts <= 1 || result.Kind == flow.ErrLost {
		return ""
	}
	return fmt.Sprintf(" (attempt %d, on worker %s)", result.Attempts, result.Worker)
}

// configError returns the *api.ConfigError that a worker has had.
func configError(result flow.Result) error {
	fault := result.Config
	if fault == nil {
		return &api.ConfigError{Field: "job", Value: result.ID, Reason: result.Error}
	}
	err := &api.ConfigError{Field: fault.Field, Reason: fault.Reason, Supported: fault.Supported}
	switch {
	case fault.NoValue:
	case fault.Text:
		err.Value = fault.Value
	default:
		err.Value = value(fault.Value)
	}
	if fault.Err != "" {
		err.Err = errors.New(fault.Err)
	}
	return err
}

// value is a number, or something else that messages show without quotes.
type value string
