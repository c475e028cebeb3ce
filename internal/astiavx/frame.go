package astiavx

//#include <libavutil/frame.h>
import "C"

import (
	"unsafe"

	"github.com/asticode/go-astiav"
)

func avframe(f *astiav.Frame) *C.AVFrame { return (*C.AVFrame)(f.UnsafePointer()) }

// Plane returns the address of a plane. Go-astiav gives copies of the data only.
func Plane(f *astiav.Frame, i int) unsafe.Pointer { return unsafe.Pointer(avframe(f).data[i]) }

// Strides returns the bytes per row of each plane. Go-astiav makes a slice of eight.
func Strides(f *astiav.Frame) (strides [4]int) {
	c := avframe(f)
	for i := range strides {
		strides[i] = int(c.linesize[i])
	}
	return strides
}

// SetPlane lets a plane point to memory that the frame does not own: C memory, or Go memory that is pinned for as long as the
// frame refers to it.
func SetPlane(f *astiav.Frame, i int, p unsafe.Pointer, stride int) {
	c := avframe(f)
	c.data[i] = (*C.uint8_t)(p)
	c.linesize[i] = C.int(stride)
}

// FloatPlane returns the plane of one channel of planar float samples, of the frame's length. The slice lives as long as the frame.
func FloatPlane(f *astiav.Frame, channel int) []float32 {
	c := avframe(f)
	planes := unsafe.Slice(c.extended_data, channel+1)
	return unsafe.Slice((*float32)(unsafe.Pointer(planes[channel])), int(c.nb_samples))
}

// SetDuration sets how long the frame is presented, in its time base. Go-astiav has no access to it.
func SetDuration(f *astiav.Frame, d int64) { avframe(f).duration = C.int64_t(d) }

// Duration returns how long the frame is presented, in its time base.
func Duration(f *astiav.Frame) int64 { return int64(avframe(f).duration) }

// SetColor sets all the tags of colour at once. Go-astiav lacks the primaries, the transfer and the chroma location.
func SetColor(f *astiav.Frame, c Color) {
	av := avframe(f)
	av.colorspace = C.enum_AVColorSpace(c.Space)
	av.color_range = C.enum_AVColorRange(c.Range)
	av.color_primaries = C.enum_AVColorPrimaries(c.Primaries)
	av.color_trc = C.enum_AVColorTransferCharacteristic(c.Transfer)
	av.chroma_location = C.enum_AVChromaLocation(c.Location)
}

// Color is how the numbers of a picture stand for colours.
type Color struct {
	Space     astiav.ColorSpace
	Range     astiav.ColorRange
	Primaries astiav.ColorPrimaries
	Transfer  astiav.ColorTransferCharacteristic
	Location  astiav.ChromaLocation
}
