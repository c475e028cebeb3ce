package codec

import (
	"fmt"

	"github.com/avloom/avloom/internal/fault"
)

// CheckKnownSize returns an error about a size in pixels that an encoder refuses only when it gets
// a picture: xface encodes a single size (xfaceenc.c), and snow needs more than one sample of
// chroma in each direction.
func CheckKnownSize(encoder string, width, height int) error {
	w, h := width, height
	switch {
	case encoder == "xface":
		w, h = 48, 48
	case encoder == "snow" && min(width, height) < 3:
		w, h = max(width, 4), max(height, 4)
	}
	if w == width && h == height {
		return nil
	}
	reason := fmt.Sprintf("%s does not encode %d×%d pixels; it does encode %d×%d", encoder, width, height, w, h)
	return &fault.ConfigError{Field: "Width", Value: width, Reason: reason}
}
