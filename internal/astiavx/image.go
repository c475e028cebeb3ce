package astiavx

//#include <libavutil/imgutils.h>
//#include <libavutil/log.h>
//
//// raw_layout returns the offsets of the planes as numbers: Go must not keep pointers to memory
//// that does not exist.
//static int raw_layout(enum AVPixelFormat f, int width, int height, size_t offsets[4], int strides[4]) {
//	uint8_t *data[4], *base = (uint8_t *)(uintptr_t)64;
//	int size = av_image_fill_arrays(data, strides, base, f, width, height, 1);
//	for (int i = 0; i < 4 && size >= 0; i++)
//		offsets[i] = data[i] ? data[i] - base : 0;
//	return size;
//}
import "C"

import (
	"unsafe"

	"github.com/asticode/go-astiav"
)

// RawPicture describes the memory of a picture without padding.
type RawPicture struct {
	Size    int    // bytes of the whole picture
	Offsets [4]int // where each plane begins, in bytes
	Strides [4]int // bytes per row of each plane; 0: there is no such plane
}

// RawLayout returns the layout of a picture of this format and size without padding; false if
// FFmpeg does not allow the size for the format. Go-astiav needs a frame with a buffer for that.
func RawLayout(f astiav.PixelFormat, width, height int) (RawPicture, bool) {
	var offsets [4]C.size_t
	var strides [4]C.int
	size := C.raw_layout(C.enum_AVPixelFormat(f), C.int(width), C.int(height), &offsets[0], &strides[0])
	if size < 0 {
		return RawPicture{}, false
	}
	raw := RawPicture{Size: int(size)}
	for i := range strides {
		raw.Offsets[i], raw.Strides[i] = int(offsets[i]), int(strides[i])
	}
	return raw, true
}

// ValidSize returns true if FFmpeg allows pictures of this size. It logs nothing. Go-astiav lacks
// av_image_check_size.
func ValidSize(width, height int) bool {
	const most = 1 << 30 // a C int holds no more than twice that
	return width > 0 && height > 0 && width < most && height < most &&
		C.av_image_check_size(C.uint(width), C.uint(height), C.AV_LOG_TRACE, nil) >= 0
}

// CopyPlane copies rows of bytes from one plane to another. Go-astiav lacks av_image_copy_plane.
func CopyPlane(dst unsafe.Pointer, dstStride int, src unsafe.Pointer, srcStride, bytes, rows int) {
	C.av_image_copy_plane(
		(*C.uint8_t)(dst), C.int(dstStride), (*C.uint8_t)(src), C.int(srcStride), C.int(bytes), C.int(rows))
}
