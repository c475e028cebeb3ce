package astiavx

//#define _GNU_SOURCE
//#include <dirent.h>
//#include <libavcodec/avcodec.h>
//#include <libavutil/imgutils.h>
//#include <pthread.h>
//#include <sched.h>
//#include <stdlib.h>
//#include <sys/syscall.h>
//#include <unistd.h>
//
//enum { MAX_THREADS = 4096 };
//
//// size_fits says whether the encoder allows pictures of its size. avcodec_open2 asks the same of
//// av_image_check_size2, which logs its answer with a context and a level of its own: to stderr.
//// Here that level is one that is not shown.
//static int size_fits(const AVCodecContext *cc) {
//	return !cc->width && !cc->height ||
//		av_image_check_size2(cc->width, cc->height, cc->max_pixels, AV_PIX_FMT_NONE, AV_LOG_TRACE, NULL) >= 0;
//}
//
//// real_time_threads lists the threads of this process that have a real-time policy.
//static int real_time_threads(pid_t *threads) {
//	int n = 0;
//	DIR *dir = opendir("/proc/self/task");
//	for (struct dirent *d; dir && n < MAX_THREADS && (d = readdir(dir));) {
//		pid_t id = atoi(d->d_name);
//		int policy = id > 0 ? sched_getscheduler(id) & ~SCHED_RESET_ON_FORK : SCHED_OTHER;
//		if (policy == SCHED_FIFO || policy == SCHED_RR)
//			threads[n++] = id;
//	}
//	if (dir)
//		closedir(dir);
//	return n;
//}
//
//// silence_svtav1 sets SVT_LOG, unless the user has set it: SVT-AV1 writes its settings and its
//// version to stderr, and has no other way to turn that off.
//static void silence_svtav1(void) { setenv("SVT_LOG", "-2", 0); }
//
//// open_svtav1 opens an encoder and takes back the real-time policies that this has caused: this
//// thread gets back its own policy, and new threads get the same.
//static int open_svtav1(AVCodecContext *cc, const AVCodec *codec) {
//	static pthread_once_t once = PTHREAD_ONCE_INIT;
//	pthread_once(&once, silence_svtav1);
//	pid_t *before = calloc(2 * MAX_THREADS, sizeof(*before)), *after = before + MAX_THREADS;
//	if (!before)
//		return AVERROR(ENOMEM);
//	pid_t self = syscall(SYS_gettid);
//	struct sched_param param = {0};
//	int policy = sched_getscheduler(0);
//	sched_getparam(0, &param);
//	int n = real_time_threads(before);
//	int ret = avcodec_open2(cc, codec, NULL);
//	int m = real_time_threads(after);
//	for (int i = 0; i < m; i++) {
//		int k = 0;
//		while (k < n && before[k] != after[i])
//			k++;
//		if (k == n || after[i] == self)
//			sched_setscheduler(after[i], policy, &param);
//	}
//	free(before);
//	return ret;
//}
import "C"

import (
	"syscall"

	"github.com/asticode/go-astiav"
)

// Open opens an encoder. It differs from go-astiav's method in two respects.
//
// Where a program runs as root, SVT-AV1 gives its own threads, and the thread that opens it, the
// highest real-time priority of the machine (svt_switch_to_real_time in its EbEncHandle.c). New
// threads inherit that priority, in the end all of Go's, and every other program stands still. Open
// takes the priority back.
//
// A size that FFmpeg does not allow is an error without a line on stderr.
func Open(cc *astiav.CodecContext, codec *astiav.Codec) error {
	if C.size_fits(avcodec(cc)) == 0 {
		return astiav.Error(-C.int(syscall.EINVAL))
	}
	if codec.Name() != "libsvtav1" {
		return cc.Open(codec, nil)
	}
	return asError(C.open_svtav1(avcodec(cc), findEncoder(codec.Name())))
}
