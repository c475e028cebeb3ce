// Package gpu is where CUDA devices will be. For now it knows their names and says that there is none.
package gpu

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// ErrUnavailable is what everything that needs a GPU fails with where there is none that can be used.
var ErrUnavailable = errors.New("avloom: no usable GPU")

// ParseDevice returns the index of a CUDA device by its name, "cuda" (which is device 0) or "cuda:1".
func ParseDevice(name string) (index int, ok bool) {
	rest, ok := strings.CutPrefix(name, "cuda")
	if !ok || rest == "" {
		return 0, ok
	}
	index, err := strconv.Atoi(strings.TrimPrefix(rest, ":"))
	return index, err == nil && index >= 0 && rest[0] == ':'
}

// Probe says why CUDA cannot be used.
func Probe() error {
	return fmt.Errorf("%w: this version of avloom does not encode on CUDA yet", ErrUnavailable)
}
