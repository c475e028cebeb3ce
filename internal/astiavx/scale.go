package astiavx

//#include <libswscale/swscale.h>
import "C"

import (
	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/live"
)

// Scaler converts pictures with swscale, from what the tags of one frame say to what those of another say. Go-astiav's
// SoftwareScaleContext uses the interface of old, which knows of no matrix, range or chroma location.
type Scaler struct{ c *C.SwsContext }

// NewScaler returns a Scaler that rounds correctly and averages areas: the defaults are biased by half a level, and
// leak colour between neighbouring blocks.
func NewScaler() *Scaler {
	live.New("scaler")
	c := C.sws_alloc_context()
	c.flags = C.SWS_AREA | C.SWS_ACCURATE_RND | C.SWS_FULL_CHR_H_INP | C.SWS_FULL_CHR_H_INT | C.SWS_BITEXACT
	c.threads = 1
	return &Scaler{c: c}
}

// Convert fills dst, whose buffer, size, format and colour are set, with the picture in src.
func (s *Scaler) Convert(dst, src *astiav.Frame) error {
	if ret := C.sws_scale_frame(s.c, avframe(dst), avframe(src)); ret < 0 {
		return astiav.Error(ret)
	}
	return nil
}

// Free frees the Scaler.
func (s *Scaler) Free() {
	if s.c != nil {
		live.Freed("scaler")
		C.sws_free_context(&s.c)
	}
}

// CanScaleFrom says whether pictures of this format can be converted to another.
func CanScaleFrom(f astiav.PixelFormat) bool { return C.sws_test_format(int32(f), 0) != 0 }

// CanScaleTo says whether pictures of another format can be converted to this one.
func CanScaleTo(f astiav.PixelFormat) bool { return C.sws_test_format(int32(f), 1) != 0 }
