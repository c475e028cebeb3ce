package astiavx

//#include <libavcodec/avcodec.h>
//#include <libavutil/imgutils.h>
//
//// size_fits says whether the encoder allows pictures of its size. avcodec_open2 asks the same of
//// av_image_check_size2, which logs its answer with a context and a level of its own: to stderr.
//// Here that level is one that is not shown.
//static int size_fits(const AVCodecContext *cc) {
//	return !cc->width && !cc->height ||
//		av_image_check_size2(cc->width, cc->height, cc->max_pixels, AV_PIX_FMT_NONE, AV_LOG_TRACE, NULL) >= 0;
//}
import "C"

import (
	"syscall"

	"github.com/asticode/go-astiav"
)

// Open opens an encoder. It differs from go-astiav's method in one respect: a size that FFmpeg does
// not allow is an error without a line on stderr.
func Open(cc *astiav.CodecContext, codec *astiav.Codec) error {
	if C.size_fits(avcodec(cc)) == 0 {
		return astiav.Error(-C.int(syscall.EINVAL))
	}
	if codec.Name() == svtAV1 {
		svtAV1Globals.Lock()
		defer svtAV1Globals.Unlock()
	}
	return cc.Open(codec, nil)
}
