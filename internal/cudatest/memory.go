package cudatest

//#cgo LDFLAGS: -ldl
//#include <dlfcn.h>
//#include <stddef.h>
//#include <stdint.h>
//#include <stdlib.h>
//
//// CALL calls a function of the driver. A test that comes this far has a driver with all of them.
//#define CALL(name, parameters, ...) (((int (*) parameters)dlsym(dlopen("libcuda.so.1", RTLD_NOW), name))(__VA_ARGS__))
//
//static int push(void *context) { return CALL("cuCtxPushCurrent_v2", (void *), context); }
//static void pop(void) { void *context; CALL("cuCtxPopCurrent_v2", (void **), &context); }
//
//static int retain(int device, void **context) {
//	int err = CALL("cuInit", (unsigned), 0);
//	return err ? err : CALL("cuDevicePrimaryCtxRetain", (void **, int), context, device);
//}
//
//static int release(int device) { return CALL("cuDevicePrimaryCtxRelease_v2", (int), device); }
//
//static int create(int device, void **context) {
//	int err = CALL("cuInit", (unsigned), 0);
//	if (!err && !(err = CALL("cuCtxCreate_v2", (void **, unsigned, int), context, 0, device)))
//		pop();
//	return err;
//}
//
//static int destroy(void *context) { return CALL("cuCtxDestroy_v2", (void *), context); }
//
//static int out(int err) { pop(); return err; }
//
//static int new_stream(void *context, void **stream) {
//	int err = push(context);
//	return err ? err : out(CALL("cuStreamCreate", (void **, unsigned), stream, 1));
//}
//
//static int free_stream(void *context, void *stream) {
//	int err = push(context);
//	return err ? err : out(CALL("cuStreamDestroy_v2", (void *), stream));
//}
//
//static int alloc(void *context, uintptr_t *p, size_t size) {
//	unsigned long long address = 0;
//	int err = push(context);
//	if (!err)
//		err = out(CALL("cuMemAlloc_v2", (unsigned long long *, size_t), &address, size));
//	*p = address;
//	return err;
//}
//
//static int release_memory(void *context, uintptr_t p) {
//	int err = push(context);
//	return err ? err : out(CALL("cuMemFree_v2", (unsigned long long), p));
//}
//
//static int write(void *context, uintptr_t p, const void *data, size_t size, uintptr_t stream) {
//	int err = push(context);
//	if (err)
//		return err;
//	return out(CALL("cuMemcpyHtoDAsync_v2", (unsigned long long, const void *, size_t, void *),
//		p, data, size, (void *)stream));
//}
//
//static int synchronize(void *context, uintptr_t stream) {
//	int err = push(context);
//	return err ? err : out(CALL("cuStreamSynchronize", (void *), (void *)stream));
//}
import "C"

import (
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"
)

// GPU is a context of a device, with which a test acts as the caller of avloom.
type GPU struct{ context unsafe.Pointer }

// Primary returns the device's primary context, which CUDA's runtime uses. It is released at the
// end of the test.
func Primary(t testing.TB, device int) *GPU {
	t.Helper()
	g := &GPU{}
	require.Zero(t, C.retain(C.int(device), &g.context))
	t.Cleanup(func() { require.Zero(t, C.release(C.int(device))) })
	return g
}

// Own returns a new context. It is destroyed at the end of the test.
func Own(t testing.TB, device int) *GPU {
	t.Helper()
	g := &GPU{}
	require.Zero(t, C.create(C.int(device), &g.context))
	t.Cleanup(func() { require.Zero(t, C.destroy(g.context)) })
	return g
}

// Context returns the CUcontext.
func (g *GPU) Context() uintptr { return uintptr(g.context) }

// Stream returns a new stream. It is destroyed at the end of the test.
func (g *GPU) Stream(t testing.TB) uintptr {
	t.Helper()
	var s unsafe.Pointer
	require.Zero(t, C.new_stream(g.context, &s))
	t.Cleanup(func() { require.Zero(t, C.free_stream(g.context, s)) })
	return uintptr(s)
}

// Alloc returns n bytes of the device's memory. They are freed at the end of the test.
func (g *GPU) Alloc(t testing.TB, n int) uintptr {
	t.Helper()
	var p C.uintptr_t
	require.Zero(t, C.alloc(g.context, &p, C.size_t(n)))
	t.Cleanup(func() { require.Zero(t, C.release_memory(g.context, p)) })
	return uintptr(p)
}

// Write makes the stream write data to the device's memory. A copy of the data lies in C memory
// until the end of the test, since the stream may write it late.
func (g *GPU) Write(t *testing.T, to uintptr, data []byte, stream uintptr) {
	t.Helper()
	kept := C.CBytes(data)
	t.Cleanup(func() { C.free(kept) })
	require.Zero(t, C.write(g.context, C.uintptr_t(to), kept, C.size_t(len(data)), C.uintptr_t(stream)))
}

// Wait waits for all work of the stream.
func (g *GPU) Wait(t *testing.T, stream uintptr) {
	t.Helper()
	require.Zero(t, C.synchronize(g.context, C.uintptr_t(stream)))
}
