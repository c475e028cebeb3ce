package astiavx

//#include <libswscale/swscale.h>
import "C"

import (
	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/live"
)

// Scaler converts pictures with swscale, from the format, size and colour tags of one frame to
// those of another. Go-astiav's SoftwareScaleContext uses swscale's old interface, which takes no
// matrix, range or chroma location.
type Scaler struct{ c *C.SwsContext }

// NewScaler returns a Scaler with these flags, which works on one thread. Free frees it.
func NewScaler(flags astiav.SoftwareScaleContextFlags) *Scaler {
	live.New("scaler")
	c := C.sws_alloc_context()
	c.flags = C.uint(flags)
	c.threads = 1
	return &Scaler{c: c}
}

// Convert fills dst with the picture in src. The buffer, size, format and colour tags of dst are
// set.
func (s *Scaler) Convert(dst, src *astiav.Frame) error {
	return asError(C.sws_scale_frame(s.c, avframe(dst), avframe(src)))
}

// Free frees the Scaler.
func (s *Scaler) Free() {
	if s.c != nil {
		live.Freed("scaler")
		C.sws_free_context(&s.c)
	}
}

// CanScaleFrom returns true if swscale can convert pictures of this format to another. Go-astiav
// lacks sws_test_format.
func CanScaleFrom(f astiav.PixelFormat) bool { return C.sws_test_format(int32(f), 0) != 0 }

// CanScaleTo returns true if swscale can convert pictures of another format to this one.
func CanScaleTo(f astiav.PixelFormat) bool { return C.sws_test_format(int32(f), 1) != 0 }
