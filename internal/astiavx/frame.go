package astiavx

//#include <libavutil/frame.h>
import "C"

import (
	"unsafe"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/live"
)

// NewFrame allocates a frame without a buffer. Go-astiav's AllocFrame does not count it in package
// live.
func NewFrame() *astiav.Frame {
	live.New("frame")
	return astiav.AllocFrame()
}

// FreeFrame frees a frame from NewFrame. A nil frame is ignored.
func FreeFrame(f *astiav.Frame) {
	if f != nil {
		live.Freed("frame")
		f.Free()
	}
}

// LoseFrame counts a frame from NewFrame that is never freed, because the program may still refer
// to its memory.
func LoseFrame() { live.Lost("frame") }

func avframe(f *astiav.Frame) *C.AVFrame { return (*C.AVFrame)(f.UnsafePointer()) }

// Plane returns the address of a plane. Go-astiav returns copies of the data only.
func Plane(f *astiav.Frame, i int) unsafe.Pointer { return unsafe.Pointer(avframe(f).data[i]) }

// SetPlane makes a plane point to memory that the frame does not own: C memory, or Go memory that
// is pinned for as long as the frame refers to it. Go-astiav only copies data into frames.
func SetPlane(f *astiav.Frame, i int, p unsafe.Pointer, stride int) {
	c := avframe(f)
	c.data[i] = (*C.uint8_t)(p)
	c.linesize[i] = C.int(stride)
}

// FloatPlane returns the plane of one channel of planar float samples, as long as the frame. The
// slice is valid until the frame is freed. Go-astiav returns copies of the data only.
func FloatPlane(f *astiav.Frame, channel int) []float32 {
	c := avframe(f)
	planes := unsafe.Slice(c.extended_data, channel+1)
	return unsafe.Slice((*float32)(unsafe.Pointer(planes[channel])), int(c.nb_samples))
}

// SetDuration sets the duration of a frame, in units of its time base. Go-astiav has no access to
// it.
func SetDuration(f *astiav.Frame, d int64) { avframe(f).duration = C.int64_t(d) }

// Duration returns the duration of a frame, in units of its time base. Go-astiav has no access to
// it.
func Duration(f *astiav.Frame) int64 { return int64(avframe(f).duration) }

// SetColor sets all colour tags of a frame. Go-astiav cannot set the primaries, the transfer
// characteristic and the chroma location.
func SetColor(f *astiav.Frame, c Color) {
	av := avframe(f)
	av.colorspace = C.enum_AVColorSpace(c.Space)
	av.color_range = C.enum_AVColorRange(c.Range)
	av.color_primaries = C.enum_AVColorPrimaries(c.Primaries)
	av.color_trc = C.enum_AVColorTransferCharacteristic(c.Transfer)
	av.chroma_location = C.enum_AVChromaLocation(c.Location)
}
