package codec

import "fmt"

// RefusedSize returns the reason why an encoder refuses a size in pixels, if it does so only when
// it gets a picture; "" if it does not. Xface encodes a single size (xfaceenc.c), and snow needs
// more than one sample of chroma in each direction.
func RefusedSize(encoder string, width, height int) (reason string) {
	w, h := width, height
	switch {
	case encoder == "xface":
		w, h = 48, 48
	case encoder == "snow" && min(width, height) < 3:
		w, h = max(width, 4), max(height, 4)
	}
	if w == width && h == height {
		return ""
	}
	return fmt.Sprintf("%s does not encode %d×%d pixels; it does encode %d×%d", encoder, width, height, w, h)
}
