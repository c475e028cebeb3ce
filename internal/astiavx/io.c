#include "io.h"

#include <libavformat/avformat.h>
#include <libavutil/mem.h>

extern int avloomWrite(uintptr_t to, uint8_t *data, int size);
extern int64_t avloomSeek(uintptr_t to, int64_t offset, int whence);
extern int avloomOpenFile(uintptr_t opener, char *url, AVIOContext **io);
extern int avloomCloseFile(uintptr_t file);

static int write_to(void *to, const uint8_t *data, int size) {
	return avloomWrite((uintptr_t)to, (uint8_t *)data, size);
}

static int64_t seek_in(void *to, int64_t offset, int whence) {
	return avloomSeek((uintptr_t)to, offset, whence);
}

AVIOContext *avloom_new_io(int size, uintptr_t handle, int can_seek) {
	uint8_t *buffer = av_malloc(size);
	AVIOContext *io = buffer ?
		avio_alloc_context(buffer, size, 1, (void *)handle, NULL, write_to, can_seek ? seek_in : NULL) : NULL;
	if (!io)
		av_free(buffer);
	return io;
}

void avloom_free_io(AVIOContext *io) {
	av_freep(&io->buffer);
	avio_context_free(&io);
}

// open_file opens a file of a container. Its muxer calls it, and those of its files, which copy the
// two callbacks below and interrupt_callback.
static int open_file(AVFormatContext *fc, AVIOContext **io, const char *url, int flags, AVDictionary **options) {
	if (flags & AVIO_FLAG_READ)
		return AVERROR(ENOSYS);
	return avloomOpenFile((uintptr_t)fc->interrupt_callback.opaque, (char *)url, io);
}

static int close_file(AVFormatContext *fc, AVIOContext *io) {
	avio_flush(io);
	return avloomCloseFile((uintptr_t)io->opaque);
}

static int never(void *files) { return 0; }

void avloom_serve_files(AVFormatContext *fc, uintptr_t handle) {
	fc->interrupt_callback = (AVIOInterruptCB){never, (void *)handle};
	fc->io_open = open_file;
	fc->io_close2 = close_file;
}
