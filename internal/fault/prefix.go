package fault

import "strings"

// unprefixed is an error without the prefix "avloom: ".
type unprefixed struct{ error }

// Error returns the message without the prefix.
func (e unprefixed) Error() string { return strings.TrimPrefix(e.error.Error(), "avloom: ") }

// Unwrap returns the error with its prefix.
func (e unprefixed) Unwrap() error { return e.error }

// WithoutPrefix returns an error whose message lacks the prefix "avloom: ", for a message that
// begins with the stream or the file that the error is about. Of nil it returns nil.
func WithoutPrefix(err error) error {
	if err == nil {
		return nil
	}
	return unprefixed{err}
}
