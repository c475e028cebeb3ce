package gpu

import (
	"errors"
	"fmt"
)

var (
	// ErrUnavailable is wrapped by the errors for a GPU that cannot be used: there is no driver, no
	// such device, no encoder in it, or no encoder that is free.
	ErrUnavailable = errors.New("avloom: no usable GPU")
	// ErrSessionLimit is wrapped if a GPU encodes as many videos as its driver allows. Errors that
	// wrap it wrap ErrUnavailable, too.
	ErrSessionLimit = errors.New("too many encoding sessions")
	// ErrContext is wrapped by the errors for a CUDA context that cannot be used.
	ErrContext = errors.New("unusable CUDA context")
)

// Error is the error of a function of the CUDA driver.
type Error struct {
	Call string // "cuMemAlloc"
	Code int    // the driver's CUresult
	Name string // "CUDA_ERROR_OUT_OF_MEMORY"
	Text string // "out of memory"
}

func (e *Error) Error() string { return fmt.Sprintf("%s: %s (%s)", e.Call, e.Name, e.Text) }

// unavailable returns an error that wraps ErrUnavailable and gives the reason.
func unavailable(format string, args ...any) error {
	return fmt.Errorf("%w: %w", ErrUnavailable, fmt.Errorf(format, args...))
}
