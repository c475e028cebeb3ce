package gpu

import (
	"errors"
	"fmt"
)

var (
	// ErrUnavailable is what everything that needs a GPU fails with where there is none that can be used: no driver, no such device, no
	// encoder in it, or none that is free.
	ErrUnavailable = errors.New("avloom: no usable GPU")
	// ErrSessionLimit says that a GPU encodes as many videos as its driver allows. What wraps it wraps ErrUnavailable too.
	ErrSessionLimit = errors.New("too many encoding sessions")
	// ErrContext says that a CUDA context of the caller's will not do.
	ErrContext = errors.New("unusable CUDA context")
)

// Error is what a function of the CUDA driver failed with.
type Error struct {
	Call string // "cuMemAlloc"
	Code int    // the driver's CUresult
	Name string // "CUDA_ERROR_OUT_OF_MEMORY"
	Text string // "out of memory"
}

func (e *Error) Error() string { return fmt.Sprintf("%s: %s (%s)", e.Call, e.Name, e.Text) }

// unavailable is an ErrUnavailable with a reason.
func unavailable(format string, args ...any) error {
	return fmt.Errorf("%w: %w", ErrUnavailable, fmt.Errorf(format, args...))
}
