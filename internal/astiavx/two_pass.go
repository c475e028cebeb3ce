package astiavx

//#include <libavcodec/avcodec.h>
//#include <libavutil/mem.h>
//#include <string.h>
//
//// free_statistics frees the statistics that a user gave to an encoder, and those that FFmpeg's
//// wrapper of SVT-AV1 returns and does not free (eb_enc_close in libsvtav1.c).
//static void free_statistics(AVCodecContext *cc) {
//	av_freep(&cc->stats_in);
//	if (cc->codec && !strcmp(cc->codec->name, "libsvtav1"))
//		av_freep(&cc->stats_out);
//}
import "C"

import (
	"errors"
	"unsafe"

	"github.com/asticode/go-astiav"
)

// PassStatistics returns what the first of two passes tells about the last packet, or at its end
// (stats_out); "": nothing. Go-astiav has no access to it.
func PassStatistics(cc *astiav.CodecContext) string { return C.GoString(avcodec(cc).stats_out) }

// SetPassStatistics gives the second of two passes all that the first one told (stats_in). The
// encoder gets a copy, which FreeEncoder frees: some encoders write into it. Go-astiav has no
// access to it.
func SetPassStatistics(cc *astiav.CodecContext, all []byte) error {
	text := C.av_malloc(C.size_t(len(all) + 1))
	if text == nil {
		return errors.New("give statistics to an encoder: out of memory")
	}
	bytes := unsafe.Slice((*byte)(text), len(all)+1)
	copy(bytes, all)
	bytes[len(all)] = 0
	av := avcodec(cc)
	C.av_freep(unsafe.Pointer(&av.stats_in))
	av.stats_in = (*C.char)(text)
	return nil
}

// freeStatistics frees the statistics of an encoder that its own code does not free.
func freeStatistics(cc *astiav.CodecContext) { C.free_statistics(avcodec(cc)) }
