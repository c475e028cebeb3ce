package codec

import (
	"fmt"

	"github.com/avloom/avloom/internal/fault"
)

// CheckKnownSize finds sizes that an encoder refuses only when it gets a picture: X-Face has one (xfaceenc.c), and snow needs a sample of chroma
// more than one.
func CheckKnownSize(encoder string, width, height int) error {
	e := &fault.ConfigError{Field: "Width", Value: width}
	switch {
	case encoder == "xface" && (width != 48 || height != 48):
		e.Reason = fmt.Sprintf("xface does not encode %d×%d pixels; it does encode 48×48", width, height)
	case encoder == "snow" && min(width, height) < 3:
		e.Reason = fmt.Sprintf("snow does not encode %d×%d pixels; it does encode %d×%d", width, height, max(width, 4), max(height, 4))
	default:
		return nil
	}
	return e
}
