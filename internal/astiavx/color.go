package astiavx

//#include <libavutil/pixdesc.h>
//#include <stdlib.h>
import "C"

import (
	"unsafe"

	"github.com/asticode/go-astiav"
)

// The names of colour tags, as the ffmpeg command and ffprobe write them. Go-astiav turns them into text only, and not all of them.

// FindColorSpace returns the matrix of this name, "bt709" for instance.
func FindColorSpace(name string) (astiav.ColorSpace, bool) {
	v, ok := find(name, func(n *C.char) C.int { return C.av_color_space_from_name(n) })
	return astiav.ColorSpace(v), ok
}

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

// ColorNames lists the names of all the values of a colour tag.
func ColorNames(tag string) []string {
	lookup := map[string]func(C.int) *C.char{
		"primaries": func(i C.int) *C.char { return C.av_color_primaries_name(C.enum_AVColorPrimaries(i)) },
		"transfer":  func(i C.int) *C.char { return C.av_color_transfer_name(C.enum_AVColorTransferCharacteristic(i)) },
		"location":  func(i C.int) *C.char { return C.av_chroma_location_name(C.enum_AVChromaLocation(i)) },
	}[tag]
	var names []string
	for i := C.int(1); i < 32; i++ { // 0 is reserved or unspecified everywhere
		if name := lookup(i); name != nil {
			if s := C.GoString(name); s != "reserved" && s != "unknown" {
				names = append(names, s)
			}
		}
	}
	return names
}
