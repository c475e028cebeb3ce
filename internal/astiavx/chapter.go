package astiavx

//#include <libavformat/avformat.h>
//#include <libavutil/mem.h>
//#include <stdlib.h>
//
//static void remove_chapters(AVFormatContext *fc) {
//	while (fc->nb_chapters) {
//		AVChapter *c = fc->chapters[--fc->nb_chapters];
//		av_dict_free(&c->metadata);
//		av_free(c);
//	}
//	av_freep(&fc->chapters);
//}
//
//static int add_chapter(AVFormatContext *fc, int64_t start, int64_t end, const char *title) {
//	AVChapter **all = av_realloc_array(fc->chapters, fc->nb_chapters + 1, sizeof(*all));
//	if (!all)
//		return AVERROR(ENOMEM);
//	fc->chapters = all;
//	AVChapter *c = av_mallocz(sizeof(*c));
//	if (!c)
//		return AVERROR(ENOMEM);
//	c->id = fc->nb_chapters + 1;
//	c->time_base = (AVRational){1, 1000000000};
//	c->start = start;
//	c->end = end;
//	fc->chapters[fc->nb_chapters++] = c;
//	return av_dict_set(&c->metadata, "title", title, 0);
//}
import "C"

import (
	"syscall"
	"time"
	"unsafe"

	"github.com/asticode/go-astiav"
)

// SetFlushPackets says whether a container passes each packet on at once (1), or when FFmpeg
// decides to (-1). Go-astiav has no such setting.
func SetFlushPackets(fc *astiav.FormatContext, n int) {
	(*C.AVFormatContext)(cPointer(fc)).flush_packets = C.int(n)
}

// RemoveChapters removes all chapters of a container. Go-astiav has no chapters.
func RemoveChapters(fc *astiav.FormatContext) {
	C.remove_chapters((*C.AVFormatContext)(cPointer(fc)))
}

// AddChapter adds a chapter to a container, which frees it.
func AddChapter(fc *astiav.FormatContext, start, end time.Duration, title string) error {
	text := C.CString(title)
	defer C.free(unsafe.Pointer(text))
	if C.add_chapter((*C.AVFormatContext)(cPointer(fc)), C.int64_t(start), C.int64_t(end), text) < 0 {
		return syscall.ENOMEM
	}
	return nil
}
