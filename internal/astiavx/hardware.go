package astiavx

//#define CUDA_VERSION 1 // keeps hwcontext_cuda.h from including cuda.h; its types are these pointers
//typedef struct CUctx_st *CUcontext;
//typedef struct CUstream_st *CUstream;
//#include <libavcodec/avcodec.h>
//#include <libavutil/hwcontext.h>
//#include <libavutil/hwcontext_cuda.h>
//#include <libavutil/mem.h>
//#include <stdlib.h>
//
//struct release {
//	void (*f)(void *);
//	void *opaque;
//};
//
//static void release(AVHWDeviceContext *device) {
//	struct release *r = device->user_opaque;
//	r->f(r->opaque);
//	av_free(r);
//}
//
//// wrap_cuda makes a device of a context and a stream. When the last user of the device is gone,
//// it calls f with opaque. If wrap_cuda fails, f is not called.
//static int wrap_cuda(AVBufferRef **ref, void *context, void *stream, void *f, void *opaque) {
//	struct release *r = av_mallocz(sizeof(*r));
//	*ref = av_hwdevice_ctx_alloc(AV_HWDEVICE_TYPE_CUDA);
//	if (!r || !*ref) {
//		av_free(r);
//		av_buffer_unref(ref);
//		return AVERROR(ENOMEM);
//	}
//	AVHWDeviceContext *device = (AVHWDeviceContext *)(*ref)->data;
//	AVCUDADeviceContext *cuda = device->hwctx;
//	cuda->cuda_ctx = context;
//	cuda->stream = stream;
//	int ret = av_hwdevice_ctx_init(*ref);
//	if (ret < 0) {
//		av_buffer_unref(ref);
//		av_free(r);
//		return ret;
//	}
//	*r = (struct release){f, opaque};
//	device->user_opaque = r;
//	device->free = release;
//	return 0;
//}
//
//// make_frames makes a pool of pictures on the device.
//static int make_frames(AVBufferRef **ref, AVBufferRef *device, enum AVPixelFormat format, int width, int height) {
//	*ref = av_hwframe_ctx_alloc(device);
//	if (!*ref)
//		return AVERROR(ENOMEM);
//	AVHWFramesContext *frames = (AVHWFramesContext *)(*ref)->data;
//	frames->format = AV_PIX_FMT_CUDA;
//	frames->sw_format = format;
//	frames->width = width;
//	frames->height = height;
//	int ret = av_hwframe_ctx_init(*ref);
//	if (ret < 0)
//		av_buffer_unref(ref);
//	return ret;
//}
//
//// attach makes an encoder take its pictures from a pool.
//static void attach(AVCodecContext *cc, AVBufferRef *ref) {
//	av_buffer_unref(&cc->hw_frames_ctx);
//	cc->hw_frames_ctx = av_buffer_ref(ref);
//	cc->pix_fmt = AV_PIX_FMT_CUDA;
//	cc->sw_pix_fmt = ((AVHWFramesContext *)ref->data)->sw_format;
//}
import "C"

import (
	"fmt"
	"unsafe"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/live"
)

// HardwareDevice is FFmpeg's object for a CUDA context and a stream in it. Go-astiav's
// HardwareDeviceContext cannot wrap a context that exists.
type HardwareDevice struct{ ref *C.AVBufferRef }

// NewCUDADevice wraps a CUcontext and a CUstream. When everything that uses the device has been
// freed, it calls release, a void (*)(void *) in C, with opaque. If NewCUDADevice fails, release is
// not called.
func NewCUDADevice(context, stream, release, opaque unsafe.Pointer) (*HardwareDevice, error) {
	d := &HardwareDevice{}
	if ret := C.wrap_cuda(&d.ref, context, stream, release, opaque); ret < 0 {
		return nil, fmt.Errorf("give FFmpeg the CUDA device: %w", astiav.Error(ret))
	}
	live.New("hardware device")
	return d, nil
}

// Free ends the caller's use of the device. Frames and encoders that use the device keep it alive.
func (d *HardwareDevice) Free() {
	if d.ref != nil {
		live.Freed("hardware device")
		C.av_buffer_unref(&d.ref)
	}
}

// HardwareFrames is a pool of pictures on a device. Go-astiav's HardwareFramesContext needs its
// HardwareDeviceContext.
type HardwareFrames struct{ ref *C.AVBufferRef }

// NewHardwareFrames returns a pool of pictures of this size in pixels, whose samples lie as in this
// software format. It never blocks, and allocates memory when it is needed.
func NewHardwareFrames(d *HardwareDevice, format astiav.PixelFormat, width, height int) (*HardwareFrames, error) {
	f := &HardwareFrames{}
	ret := C.make_frames(&f.ref, d.ref, C.enum_AVPixelFormat(format), C.int(width), C.int(height))
	if ret < 0 {
		return nil, fmt.Errorf("lay out pictures of %d×%d %s: %w", width, height, format, astiav.Error(ret))
	}
	live.New("hardware frames")
	return f, nil
}

// Get gives a frame without a buffer a picture from the pool. The content is undefined.
func (f *HardwareFrames) Get(frame *astiav.Frame) error {
	return asError(C.av_hwframe_get_buffer(f.ref, avframe(frame), 0))
}

// Attach makes an encoder that is not open yet take its pictures from this pool. The encoder keeps
// the pool alive.
func (f *HardwareFrames) Attach(cc *astiav.CodecContext) { C.attach(avcodec(cc), f.ref) }

// Free ends the caller's use of the pool. Its pictures, and an encoder that takes them, keep the
// pool alive.
func (f *HardwareFrames) Free() {
	if f.ref != nil {
		live.Freed("hardware frames")
		C.av_buffer_unref(&f.ref)
	}
}
