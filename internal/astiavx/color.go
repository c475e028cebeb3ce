package astiavx

//#include <libavutil/pixdesc.h>
//#include <stdlib.h>
import "C"

import (
	"unsafe"

	"github.com/asticode/go-astiav"
)

// Color holds the colour tags of a picture or a video.
type Color struct {
	Space     astiav.ColorSpace
	Range     astiav.ColorRange
	Primaries astiav.ColorPrimaries
	Transfer  astiav.ColorTransferCharacteristic
	Location  astiav.ChromaLocation
}

// The functions below turn names of colour tags into the tags, and tags into names, as FFmpeg's
// command and ffprobe print them. Go-astiav has none of them.

// FindColorRange returns the range of this name, "tv" or "pc".
func FindColorRange(name string) (astiav.ColorRange, bool) {
	v, ok := find(name, func(n *C.char) C.int { return C.av_color_range_from_name(n) })
	return astiav.ColorRange(v), ok
}

// FindColorPrimaries returns the primaries of this name, "bt709" for instance.
func FindColorPrimaries(name string) (astiav.ColorPrimaries, bool) {
	v, ok := find(name, func(n *C.char) C.int { return C.av_color_primaries_from_name(n) })
	return astiav.ColorPrimaries(v), ok
}

// FindColorTransfer returns the transfer characteristic of this name, "bt709" for instance.
func FindColorTransfer(name string) (astiav.ColorTransferCharacteristic, bool) {
	v, ok := find(name, func(n *C.char) C.int { return C.av_color_transfer_from_name(n) })
	return astiav.ColorTransferCharacteristic(v), ok
}

// FindChromaLocation returns the chroma location of this name, "left" for instance.
func FindChromaLocation(name string) (astiav.ChromaLocation, bool) {
	v, ok := find(name, func(n *C.char) C.int { return C.av_chroma_location_from_name(n) })
	return astiav.ChromaLocation(v), ok
}

func find(name string, from func(*C.char) C.int) (int, bool) {
	n := C.CString(name)
	defer C.free(unsafe.Pointer(n))
	v := from(n)
	return int(v), v >= 0
}

// ColorPrimariesName returns FFmpeg's name of primaries; "" if there is none.
func ColorPrimariesName(p astiav.ColorPrimaries) string {
	return C.GoString(C.av_color_primaries_name(C.enum_AVColorPrimaries(p)))
}

// ColorTransferName returns FFmpeg's name of a transfer characteristic; "" if there is none.
func ColorTransferName(t astiav.ColorTransferCharacteristic) string {
	return C.GoString(C.av_color_transfer_name(C.enum_AVColorTransferCharacteristic(t)))
}

// ChromaLocationName returns FFmpeg's name of a chroma location; "" if there is none.
func ChromaLocationName(l astiav.ChromaLocation) string {
	return C.GoString(C.av_chroma_location_name(C.enum_AVChromaLocation(l)))
}
