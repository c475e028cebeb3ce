package astiavx

//#include <libavformat/avformat.h>
//#include <libavutil/mem.h>
//#include <stdint.h>
//
//extern int avloomWrite(uintptr_t to, uint8_t *data, int size);
//extern int64_t avloomSeek(uintptr_t to, int64_t offset, int whence);
//
//static int write_to(void *to, const uint8_t *data, int size) { return avloomWrite((uintptr_t)to, (uint8_t *)data, size); }
//static int64_t seek_in(void *to, int64_t offset, int whence) { return avloomSeek((uintptr_t)to, offset, whence); }
//
//static AVIOContext *new_io(int size, uintptr_t to, int can_seek) {
//	uint8_t *buffer = av_malloc(size);
//	AVIOContext *io = buffer ? avio_alloc_context(buffer, size, 1, (void *)to, NULL, write_to, can_seek ? seek_in : NULL) : NULL;
//	if (!io)
//		av_free(buffer);
//	return io;
//}
//
//static void collect(AVIOContext *io, int size) {
//	if (io->buf_ptr_max - io->buffer >= size || io->buf_ptr - io->buffer >= size || size > io->buffer_size)
//		avio_flush(io);
//	if (size > io->buffer_size) {
//		uint8_t *buffer = av_malloc(size);
//		if (!buffer)
//			return;
//		av_free(io->buffer);
//		io->buffer = io->buf_ptr = io->buf_ptr_max = io->checksum_ptr = buffer;
//		io->buffer_size = size;
//	}
//	io->buf_end = io->buffer + size;
//}
//
//static void free_io(AVIOContext *io) {
//	av_freep(&io->buffer);
//	avio_context_free(&io);
//}
import "C"

import (
	"fmt"
	"runtime/cgo"
	"syscall"
	"unsafe"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/live"
)

// Output is where a container is written. Write must not keep p. Seek is that of io.Seeker, and with whence SeekSize returns
// the size.
type Output interface {
	Write(p []byte) (int, error)
	Seek(offset int64, whence int) (int64, error)
}

// SeekSize is how FFmpeg asks for the size.
const SeekSize = C.AVSEEK_SIZE

// IO lets FFmpeg write to an Output. Go-astiav's IOContext copies all that is written into fresh memory.
type IO struct {
	c      *C.AVIOContext
	output cgo.Handle
}

// NewIO returns an IO that collects size bytes before it writes them. Where it cannot seek, Seek is never called. An error of the
// output reaches FFmpeg as EIO; the output itself has to keep it.
func NewIO(output Output, canSeek bool, size int) (*IO, error) {
	io := &IO{output: cgo.NewHandle(output)}
	seek := C.int(0)
	if canSeek {
		seek = 1
	}
	if io.c = C.new_io(C.int(size), C.uintptr_t(io.output), seek); io.c == nil {
		io.output.Delete()
		return nil, fmt.Errorf("allocate %d bytes for output: %w", size, syscall.ENOMEM)
	}
	live.New("io")
	return io, nil
}

// Serve lets a container write here. The IO must outlive it.
func (io *IO) Serve(fc *astiav.FormatContext) {
	(*C.AVFormatContext)(cPointer(fc)).pb = io.c
	fc.SetFlags(fc.Flags().Add(astiav.FormatContextFlagCustomIo))
}

// Tell returns how much has been written, what has been collected included.
func (io *IO) Tell() int64 { return int64(C.avio_tell(io.c)) }

// Collect changes how many bytes are collected before they are written. It is for the time between two packets. Where
// there is no memory for more, nothing changes.
func (io *IO) Collect(size int) { C.collect(io.c, C.int(size)) }

// Flush writes what has been collected.
func (io *IO) Flush() { C.avio_flush(io.c) }

// Free frees the IO, without a flush.
func (io *IO) Free() {
	live.Freed("io")
	C.free_io(io.c)
	io.output.Delete()
}

//export avloomWrite
func avloomWrite(to C.uintptr_t, data *C.uint8_t, size C.int) C.int {
	n, err := cgo.Handle(to).Value().(Output).Write(unsafe.Slice((*byte)(data), int(size)))
	if err != nil || n != int(size) {
		return -C.int(syscall.EIO)
	}
	return size
}

//export avloomSeek
func avloomSeek(to C.uintptr_t, offset C.int64_t, whence C.int) C.int64_t {
	at, err := cgo.Handle(to).Value().(Output).Seek(int64(offset), int(whence&^C.AVSEEK_FORCE))
	if err != nil {
		return -C.int64_t(syscall.EIO)
	}
	return C.int64_t(at)
}
