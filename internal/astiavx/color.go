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

// The functions Find* take the names of colour tags as FFmpeg's command and ffprobe print them.
// Go-astiav turns some of the tags into names, and no name into a tag.

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

// ColorNames returns the names of all values of a colour tag: "primaries", "transfer" or
// "location".
func ColorNames(tag string) []string {
	lookup := map[string]func(C.int) *C.char{
		"primaries": func(i C.int) *C.char { return C.av_color_primaries_name(C.enum_AVColorPrimaries(i)) },
		"transfer": func(i C.int) *C.char {
			return C.av_color_transfer_name(C.enum_AVColorTransferCharacteristic(i))
		},
		"location": func(i C.int) *C.char { return C.av_chroma_location_name(C.enum_AVChromaLocation(i)) },
	}[tag]
	var names []string
	for i := C.int(1); i < 32; i++ { // 0 is reserved or unspecified for each tag
		if name := lookup(i); name != nil {
			if s := C.GoString(name); s != "reserved" && s != "unknown" {
				names = append(names, s)
			}
		}
	}
	return names
}
