package astiavx

//#include <stddef.h>
//#include <stdlib.h>
//
//// The parsers of the libraries behind encoders. Their symbols are weak: NULL if FFmpeg was built
//// without the library. The objects that they fill are opaque here, and far smaller than
//// PARAMETERS bytes.
//#define WEAK __attribute__((weak))
//extern WEAK void x264_param_default(void *);
//extern WEAK int x264_param_parse(void *, const char *, const char *);
//extern WEAK void x264_param_cleanup(void *);
//extern WEAK void *x265_param_alloc(void);
//extern WEAK void x265_param_free(void *);
//extern WEAK void x265_param_default(void *);
//extern WEAK int x265_param_parse(void *, const char *, const char *);
//extern WEAK int svt_av1_enc_parse_parameter(void *, const char *, const char *);
//enum { PARAMETERS = 1 << 16, NO_LIBRARY = 1 };
//
//static int parse_x264(const char *name, const char *value) {
//	void *p = x264_param_parse && x264_param_default ? calloc(1, PARAMETERS) : NULL;
//	if (!p)
//		return NO_LIBRARY;
//	x264_param_default(p);
//	int ret = x264_param_parse(p, name, value);
//	if (x264_param_cleanup)
//		x264_param_cleanup(p);
//	free(p);
//	return ret;
//}
//
//static int parse_x265(const char *name, const char *value) {
//	int linked = x265_param_parse && x265_param_alloc && x265_param_free && x265_param_default;
//	void *p = linked ? x265_param_alloc() : NULL;
//	if (!p)
//		return NO_LIBRARY;
//	x265_param_default(p);
//	x265_param_parse(p, "log-level", "none"); // keeps x265 from writing to stderr
//	int ret = x265_param_parse(p, name, value);
//	x265_param_free(p);
//	return ret;
//}
//
//static int parse_svtav1(const char *name, const char *value) {
//	void *p = svt_av1_enc_parse_parameter ? calloc(1, PARAMETERS) : NULL;
//	if (!p)
//		return NO_LIBRARY;
//	int ret = svt_av1_enc_parse_parameter(p, name, value);
//	free(p);
//	return ret;
//}
import "C"

import "unsafe"

// Verdict is the answer of the library behind an encoder about one of its own parameters.
type Verdict int

// The verdicts.
const (
	ParameterUnchecked Verdict = iota // there is no such library, or it has no parser
	ParameterFine
	ParameterUnknown // there is no parameter of this name
	ParameterRefused // the value is refused; SVT-AV1 also answers this for an unknown name
)

// CheckParameter asks the library behind an encoder about a parameter that FFmpeg passes on to it
// as text. FFmpeg only logs if the library refuses the parameter. X264_PARAM_BAD_NAME and
// X265_PARAM_BAD_NAME are -1, the codes for bad values are -2 (x264.h, x265.h).
func CheckParameter(encoder, name, value string) Verdict {
	n, v := C.CString(name), C.CString(value)
	defer C.free(unsafe.Pointer(n))
	defer C.free(unsafe.Pointer(v))
	ret := C.int(C.NO_LIBRARY)
	switch encoder {
	case "libx264", "libx264rgb":
		ret = C.parse_x264(n, v)
	case "libx265":
		ret = C.parse_x265(n, v)
	case "libsvtav1":
		ret = C.parse_svtav1(n, v)
	}
	switch ret {
	case C.NO_LIBRARY:
		return ParameterUnchecked
	case 0:
		return ParameterFine
	case -1:
		return ParameterUnknown
	default:
		return ParameterRefused
	}
}
