package work

import "errors"

// PermanentError marks an error of a renderer that another attempt would not mend.
type PermanentError struct{ Err error }

// Error returns the text of the error.
func (e *PermanentError) Error() string { return e.Err.Error() }

// Unwrap returns the error.
func (e *PermanentError) Unwrap() error { return e.Err }

// isPermanent returns true if the error, or one that it wraps, is marked.
func isPermanent(err error) bool {
	_, marked := errors.AsType[*PermanentError](err)
	return marked
}
