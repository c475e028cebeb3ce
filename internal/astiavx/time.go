package astiavx

//#include <libavutil/parseutils.h>
//#include <stdlib.h>
import "C"

import "unsafe"

// IsTime returns true if FFmpeg can read a text as a time of the calendar. Go-astiav lacks
// av_parse_time.
func IsTime(text string) bool {
	t := C.CString(text)
	defer C.free(unsafe.Pointer(t))
	var microseconds C.int64_t
	return C.av_parse_time(&microseconds, t, 0) >= 0
}
