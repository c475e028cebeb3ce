package astiavx

//#include <libavutil/pixdesc.h>
//#include <libswscale/swscale.h>
import "C"

import (
	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/live"
)

// Scaler converts pictures with swscale, from the format, size and colour tags of one frame to
// those of another. Go-astiav's SoftwareScaleContext uses swscale's old interface, which takes no
// matrix, range or chroma location.
type Scaler struct {
	c   *C.SwsContext
	log LogSource // of conversions that swscale may warn about
}

// NewScaler returns a Scaler with these flags. It divides each picture among so many threads of its
// own. Free frees it.
func NewScaler(flags astiav.SoftwareScaleContextFlags, threads int) *Scaler {
	live.New("scaler")
	c := C.sws_alloc_context()
	c.flags = C.uint(flags)
	c.threads = C.int(threads)
	return &Scaler{c: c}
}

// Convert fills dst with the picture in src. The buffer, size, format and colour tags of dst are
// set.
//
// Swscale warns in FFmpeg's log about some conversions to RGB, XYZ and bitmaps, whichever flags it
// has, with contexts of its own that have no level offset. Their thread drops these lines, as it
// does those of protocols.
func (s *Scaler) Convert(dst, src *astiav.Frame) (err error) {
	if s.log == (LogSource{}) && canBeWarnedAbout(dst.PixelFormat()) {
		s.log = logConnection(nil)
	}
	if s.log == (LogSource{}) {
		return s.convert(dst, src)
	}
	s.log.during(func() { err = s.convert(dst, src) })
	return err
}

// Prepare prepares for frames like these, which need no buffers. It returns an error if swscale
// cannot convert one to the other.
func (s *Scaler) Prepare(dst, src *astiav.Frame) (err error) {
	if s.log == (LogSource{}) {
		s.log = logConnection(nil)
	}
	s.log.during(func() { err = asError(C.sws_frame_setup(s.c, avframe(dst), avframe(src))) })
	return err
}

func (s *Scaler) convert(dst, src *astiav.Frame) error {
	return asError(C.sws_scale_frame(s.c, avframe(dst), avframe(src)))
}

// canBeWarnedAbout is isAnyRGB in libswscale/swscale_internal.h, and XYZ, which is made of RGB.
func canBeWarnedAbout(f astiav.PixelFormat) bool {
	descriptor := C.av_pix_fmt_desc_get(int32(f))
	return descriptor.flags&(C.AV_PIX_FMT_FLAG_RGB|C.AV_PIX_FMT_FLAG_XYZ) != 0 ||
		f == astiav.PixelFormatMonoblack || f == astiav.PixelFormatMonowhite
}

// Free frees the Scaler.
func (s *Scaler) Free() {
	if s.c != nil {
		live.Freed("scaler")
		C.sws_free_context(&s.c)
		s.log.Remove()
	}
}

// CanScaleFrom returns true if swscale can convert pictures of this format to another. Go-astiav
// lacks sws_test_format.
func CanScaleFrom(f astiav.PixelFormat) bool { return C.sws_test_format(int32(f), 0) != 0 }

// CanScaleTo returns true if swscale can convert pictures of another format to this one.
func CanScaleTo(f astiav.PixelFormat) bool { return C.sws_test_format(int32(f), 1) != 0 }
