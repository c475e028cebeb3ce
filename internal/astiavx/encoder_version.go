package astiavx

//// All symbols are weak: NULL if FFmpeg was built without the library.
//extern const char *x265_version_str __attribute__((weak));
//extern const char *aom_codec_version_str(void) __attribute__((weak));
//extern const char *vpx_codec_version_str(void) __attribute__((weak));
//extern const char *svt_av1_get_version(void) __attribute__((weak));
//static const char *x265_version(void) { return &x265_version_str ? x265_version_str : ""; }
//static const char *aom_version(void) { return aom_codec_version_str ? aom_codec_version_str() : ""; }
//static const char *vpx_version(void) { return vpx_codec_version_str ? vpx_codec_version_str() : ""; }
//static const char *svtav1_version(void) { return svt_av1_get_version ? svt_av1_get_version() : ""; }
import "C"

// EncoderVersion returns the version of the library behind an encoder, which may be another one
// than FFmpeg was built with. "": the library does not tell it, as libx264.
func EncoderVersion(encoder string) string {
	switch encoder {
	case "libx265":
		return C.GoString(C.x265_version())
	case "libaom-av1":
		return C.GoString(C.aom_version())
	case "libvpx", "libvpx-vp9":
		return C.GoString(C.vpx_version())
	case svtAV1:
		return C.GoString(C.svtav1_version())
	default:
		return ""
	}
}
