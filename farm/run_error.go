package farm

import (
	"errors"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/farm/internal/flow"
	"github.com/avloom/avloom/farm/internal/work"
)

// remoteError is the error of a job that a worker has had, with its text. It wraps what is known of
// the error that the worker had.
type remoteError struct {
	text string
	err  error // may be nil
}

func (e *remoteError) Error() string { return e.text }
func (e *remoteError) Unwrap() error { return e.err }

// jobError returns the error of a job that has failed.
func jobError(result flow.Result) error {
	err := &remoteError{text: result.Error}
	switch result.Kind {
	case flow.ErrPermanent:
		err.err = &work.PermanentError{Err: errors.New(result.Error)}
	case flow.ErrConfig:
		err.err = configError(result)
	}
	return err
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
