package astiavx

//#include <libavutil/opt.h>
//#include <stdlib.h>
import "C"

import (
	"unsafe"

	"github.com/asticode/go-astiav"
)

// SetOption sets an option of an encoder, or of an object below it, from text. The error is
// astiav.ErrOptionNotFound if there is no option of this name. Go-astiav reaches the encoder's own
// options only, not those that all encoders share.
func SetOption(cc *astiav.CodecContext, name, value string) error {
	n, v := C.CString(name), C.CString(value)
	defer C.free(unsafe.Pointer(n))
	defer C.free(unsafe.Pointer(v))
	return asError(C.av_opt_set(unsafe.Pointer(avcodec(cc)), n, v, C.AV_OPT_SEARCH_CHILDREN))
}

// EncoderOption returns the value of an option of an encoder that is a whole number. For an open
// encoder it is the value that the encoder uses. Go-astiav returns the encoder's own options only,
// as text.
func EncoderOption(cc *astiav.CodecContext, name string) (value int, ok bool) {
	n := C.CString(name)
	defer C.free(unsafe.Pointer(n))
	var v C.int64_t
	ret := C.av_opt_get_int(unsafe.Pointer(avcodec(cc)), n, C.AV_OPT_SEARCH_CHILDREN, &v)
	return int(v), ret >= 0
}
