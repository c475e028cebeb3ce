package astiavx

//#define _GNU_SOURCE
//#include <dirent.h>
//#include <libavcodec/avcodec.h>
//#include <pthread.h>
//#include <sched.h>
//#include <stdlib.h>
//#include <sys/syscall.h>
//#include <unistd.h>
//
//enum { MANY = 4096 };
//
//// real_time lists the threads of this process that have a real-time policy.
//static int real_time(pid_t *threads) {
//	int n = 0;
//	DIR *dir = opendir("/proc/self/task");
//	for (struct dirent *d; dir && n < MANY && (d = readdir(dir));) {
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
//// silence keeps SVT-AV1 from writing to stderr, where it tells what it was told and what it is; it knows no other way. Who has said what it should, is heard.
//static void silence(void) { setenv("SVT_LOG", "-2", 0); }
//
//// open_calmly opens an encoder, and takes back what real-time policies that has brought about: this thread gets its own again, and new threads
//// get the same.
//static int open_calmly(AVCodecContext *cc, const AVCodec *codec) {
//	pid_t self = syscall(SYS_gettid), *before = calloc(2 * MANY, sizeof(*before)), *after = before + MANY;
//	struct sched_param param = {0};
//	static pthread_once_t once = PTHREAD_ONCE_INIT;
//	pthread_once(&once, silence);
//	int policy = sched_getscheduler(0);
//	if (!before)
//		return AVERROR(ENOMEM);
//	sched_getparam(0, &param);
//	int n = real_time(before), ret = avcodec_open2(cc, codec, NULL), m = real_time(after);
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

import "github.com/asticode/go-astiav"

// Open opens an encoder. Where the program runs as root, SVT-AV1 gives its own threads, and the one that opens it, the highest real-time priority of
// the machine (svt_switch_to_real_time in its EbEncHandle.c); threads that are made from there inherit it, all of Go's in the end, and whatever else
// runs on the machine stands still. That is undone here.
func Open(cc *astiav.CodecContext, codec *astiav.Codec) error {
	if codec.Name() != "libsvtav1" {
		return cc.Open(codec, nil)
	}
	if ret := C.open_calmly(avcodec(cc), findEncoder(codec.Name())); ret < 0 {
		return astiav.Error(ret)
	}
	return nil
}
