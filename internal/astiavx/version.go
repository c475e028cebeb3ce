package astiavx

//#include <libavcodec/avcodec.h>
//#include <libavutil/avutil.h>
import "C"

import "fmt"

// LibraryVersions names the version of FFmpeg, and how it was built. Go-astiav does not tell these.
func LibraryVersions() string {
	return fmt.Sprintf("%s avcodec %d avutil %d: %s", C.GoString(C.av_version_info()),
		uint(C.avcodec_version()), uint(C.avutil_version()), C.GoString(C.avcodec_configuration()))
}
