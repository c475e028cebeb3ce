package astiavx

//#include "io.h"
//#include <libavformat/avformat.h>
//#include <libavutil/mem.h>
//
//// collect changes the size of the buffer, whose bytes it writes first if they do not fit.
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
import "C"

import (
	"fmt"
	"math"
	"runtime/cgo"
	"syscall"
	"unsafe"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/live"
)

// Output is the destination of a container. Write must not keep p. Seek is that of io.Seeker; with
// the whence SeekSize it returns the size of what was written.
type Output interface {
	Write(p []byte) (int, error)
	Seek(offset int64, whence int) (int64, error)
}

// SeekSize is the whence with which FFmpeg asks for the size.
const SeekSize = C.AVSEEK_SIZE

// IO lets FFmpeg write to an Output. Go-astiav's IOContext copies each write into new memory.
type IO struct {
	c      *C.AVIOContext
	output cgo.Handle
}

// NewIO returns an IO that collects size bytes before it writes them. If canSeek is false, Seek is
// never called. FFmpeg sees every error of the output as EIO; the output keeps the error itself.
// Free frees the IO.
func NewIO(output Output, canSeek bool, size int) (*IO, error) {
	io := &IO{output: cgo.NewHandle(output)}
	seek := C.int(0)
	if canSeek {
		seek = 1
	}
	io.c = C.avloom_new_io(C.int(size), C.uintptr_t(io.output), seek)
	if io.c == nil {
		io.output.Delete()
		return nil, fmt.Errorf("allocate %d bytes for output: %w", size, syscall.ENOMEM)
	}
	live.New("io")
	return io, nil
}

// Serve makes a container write to the IO, which must outlive the container.
func (io *IO) Serve(fc *astiav.FormatContext) {
	(*C.AVFormatContext)(cPointer(fc)).pb = io.c
	fc.SetFlags(fc.Flags().Add(astiav.FormatContextFlagCustomIo))
}

// Tell returns the position of the next byte: the bytes that were written, and those collected.
func (io *IO) Tell() int64 { return int64(C.avio_tell(io.c)) }

// Collect changes how many bytes are collected before they are written. The caller calls it between
// two packets. If there is no memory for more bytes, nothing changes. FFmpeg counts them with 32
// bits, so there are less than 2 GiB of them.
func (io *IO) Collect(size int) { C.collect(io.c, C.int(min(size, math.MaxInt32))) }

// CollectPackets lets packets wait until the buffer is full. Otherwise FFmpeg writes what it has
// collected after each packet.
func (io *IO) CollectPackets() { io.c.min_packet_size = io.c.buffer_size }

// Append writes bytes behind all that FFmpeg has written.
func (io *IO) Append(p []byte) {
	if len(p) > 0 {
		C.avio_write(io.c, (*C.uchar)(unsafe.SliceData(p)), C.int(len(p)))
	}
}

// Flush writes the collected bytes.
func (io *IO) Flush() { C.avio_flush(io.c) }

// Free frees the IO. It does not write the collected bytes.
func (io *IO) Free() {
	live.Freed("io")
	C.avloom_free_io(io.c)
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
	position, err := cgo.Handle(to).Value().(Output).Seek(int64(offset), int(whence&^C.AVSEEK_FORCE))
	if err != nil {
		return -C.int64_t(syscall.EIO)
	}
	return C.int64_t(position)
}
