package depot

import (
	"errors"
	"fmt"
	"slices"

	"golang.org/x/sys/unix"
)

// StoreError says that the store did not do what it was asked for. It may do it a little later.
type StoreError struct {
	Doing string // what
	Err   error  // what the store says
}

// Error says what was not done, and why.
func (e *StoreError) Error() string { return fmt.Sprintf("%s: %v", e.Doing, e.Err) }

// Unwrap returns what the store says.
func (e *StoreError) Unwrap() error { return e.Err }

// lasting are reasons of a file system that stay.
var lasting = []error{
	unix.ENOSPC, unix.EDQUOT, unix.EXDEV, unix.EROFS, unix.EACCES, unix.EPERM, unix.ENOTDIR,
	unix.ENAMETOOLONG, unix.EILSEQ, unix.ELOOP, unix.EFBIG,
}

// MayPass returns true if the store may do the same a little later.
func (e *StoreError) MayPass() bool {
	return !slices.ContainsFunc(lasting, func(reason error) bool { return errors.Is(e.Err, reason) })
}

// failed returns the error of a call of the store.
func failed(err error, doing string, args ...any) error {
	return &StoreError{Doing: fmt.Sprintf(doing, args...), Err: err}
}
