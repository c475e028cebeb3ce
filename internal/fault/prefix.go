package fault

import "strings"

// bare is an error without the prefix "avloom: ", for a text that goes on to say which stream it is about.
type bare struct{ error }

func (e bare) Error() string { return strings.TrimPrefix(e.error.Error(), "avloom: ") }

// Unwrap returns the error with its prefix.
func (e bare) Unwrap() error { return e.error }

func WithoutPrefix(err error) error {
	if err == nil {
		return nil
	}
	return bare{err}
}
