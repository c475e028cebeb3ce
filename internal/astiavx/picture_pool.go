package astiavx

//#include <libavutil/buffer.h>
//#include <libavutil/error.h>
//#include <libavutil/frame.h>
//#include <libavutil/imgutils.h>
//#include <libavutil/macros.h>
//#include <libavutil/mem.h>
//
//typedef struct PictureLayout {
//	enum AVPixelFormat format;
//	int width, height;
//	int linesize[4];
//	size_t size[4];
//	size_t total;
//} PictureLayout;
//
//// layout fills a PictureLayout whose format, width and height are set. Rows begin at multiples of
//// 64 bytes. Each plane ends with as many spare rows and bytes as av_frame_get_buffer adds, since
//// encoders read in blocks.
//static int layout(PictureLayout *l) {
//	enum { align = 64, spare = 32 };
//	ptrdiff_t linesizes[4];
//	int err = av_image_fill_linesizes(l->linesize, l->format, FFALIGN(l->width, align));
//	if (err < 0)
//		return err;
//	for (int i = 0; i < 4; i++)
//		linesizes[i] = l->linesize[i] = FFALIGN(l->linesize[i], align);
//	err = av_image_fill_plane_sizes(l->size, l->format, FFALIGN(l->height, 32), linesizes);
//	if (err < 0)
//		return err;
//	l->total = align;
//	for (int i = 0; i < 4; i++)
//		if (l->size[i])
//			l->total += l->size[i] = FFALIGN(l->size[i] + spare, align);
//	return 0;
//}
//
//// pool_get gives a frame the memory of a picture.
//static int pool_get(AVBufferPool *pool, const PictureLayout *l, AVFrame *f) {
//	f->buf[0] = av_buffer_pool_get(pool);
//	if (!f->buf[0])
//		return AVERROR(ENOMEM);
//	uint8_t *p = (uint8_t *)FFALIGN((uintptr_t)f->buf[0]->data, 64);
//	for (int i = 0; i < 4 && l->size[i]; i++) {
//		f->data[i] = p;
//		f->linesize[i] = l->linesize[i];
//		p += l->size[i];
//	}
//	f->format = l->format;
//	f->width = l->width;
//	f->height = l->height;
//	return 0;
//}
//
//// memory allocates the pictures of a pool with the functions of its device.
//struct memory {
//	void *(*alloc)(void *opaque, size_t size);
//	void (*free)(void *opaque, void *memory);
//	void *opaque;
//	AVBufferRef *device; // keeps opaque alive
//};
//
//static void memory_free(void *opaque, uint8_t *data) {
//	struct memory *m = opaque;
//	m->free(m->opaque, data);
//}
//
//static AVBufferRef *memory_alloc(void *opaque, size_t size) {
//	struct memory *m = opaque;
//	uint8_t *data = m->alloc(m->opaque, size);
//	AVBufferRef *ref = data ? av_buffer_create(data, size, memory_free, m, 0) : NULL;
//	if (data && !ref)
//		m->free(m->opaque, data);
//	return ref;
//}
//
//static void memory_end(void *opaque) {
//	struct memory *m = opaque;
//	av_buffer_unref(&m->device);
//	av_free(m);
//}
//
//static AVBufferPool *pool_in(size_t size, AVBufferRef *device, void *alloc, void *free, void *opaque) {
//	struct memory *m = av_mallocz(sizeof(*m));
//	if (!m)
//		return NULL;
//	*m = (struct memory){alloc, free, opaque, av_buffer_ref(device)};
//	AVBufferPool *pool = m->device ? av_buffer_pool_init2(size, m, memory_alloc, memory_end) : NULL;
//	if (!pool)
//		memory_end(m);
//	return pool;
//}
import "C"

import (
	"fmt"
	"syscall"
	"unsafe"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/live"
)

// PicturePool recycles the memory of pictures of one format and size. It never blocks. The memory
// of a picture that is in use survives Free until the picture is freed. Go-astiav has no buffer
// pools.
type PicturePool struct {
	pool   *C.AVBufferPool
	layout C.PictureLayout
}

// NewPicturePool returns a pool for pictures of this format and size in pixels.
func NewPicturePool(format astiav.PixelFormat, width, height int) (*PicturePool, error) {
	return newPool(format, width, height, func(size C.size_t) *C.AVBufferPool {
		return C.av_buffer_pool_init(size, nil)
	})
}

// Memory allocates the memory of a pool with functions in C, in place of av_malloc.
type Memory struct {
	Device *HardwareDevice // the pool keeps it alive
	Alloc  unsafe.Pointer  // void *(*)(void *opaque, size_t); it returns NULL if there is no memory
	Free   unsafe.Pointer  // void (*)(void *opaque, void *memory)
	Opaque unsafe.Pointer  // points to C memory that lives as long as the device
}

// NewPicturePoolIn returns a pool for pictures of this format and size in pixels, in this memory.
func NewPicturePoolIn(m Memory, format astiav.PixelFormat, width, height int) (*PicturePool, error) {
	return newPool(format, width, height, func(size C.size_t) *C.AVBufferPool {
		return C.pool_in(size, m.Device.ref, m.Alloc, m.Free, m.Opaque)
	})
}

func newPool(
	format astiav.PixelFormat, width, height int, alloc func(size C.size_t) *C.AVBufferPool,
) (*PicturePool, error) {
	p := &PicturePool{layout: C.PictureLayout{
		format: C.enum_AVPixelFormat(format), width: C.int(width), height: C.int(height),
	}}
	if ret := C.layout(&p.layout); ret < 0 {
		return nil, fmt.Errorf("lay out a picture of %d×%d %s: %w", width, height, format, astiav.Error(ret))
	}
	p.pool = alloc(p.layout.total)
	if p.pool == nil {
		return nil, fmt.Errorf("allocate a pool of pictures: %w", astiav.Error(-C.int(syscall.ENOMEM)))
	}
	live.New("picture pool")
	return p, nil
}

// Get gives a frame without a buffer memory from the pool, and sets its format and size. The
// content is undefined.
func (p *PicturePool) Get(f *astiav.Frame) error {
	if ret := C.pool_get(p.pool, &p.layout, avframe(f)); ret < 0 {
		return fmt.Errorf("allocate a picture of %d bytes: %w", int(p.layout.total), astiav.Error(ret))
	}
	return nil
}

// Free frees the memory that is not in use, and each picture's memory when the picture is freed.
func (p *PicturePool) Free() {
	if p.pool != nil {
		live.Freed("picture pool")
		C.av_buffer_pool_uninit(&p.pool)
	}
}
