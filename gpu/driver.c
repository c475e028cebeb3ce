#include "driver.h"

#include <dlfcn.h>
#include <stdlib.h>

#include "cuda_api.h"

#define POINTER(name, symbol, parameters) CUresult(*name) parameters;
static struct { FUNCTIONS(POINTER) } cu;

const char *gpu_load(void) {
	void *library = dlopen("libcuda.so.1", RTLD_NOW);
	if (!library)
		return dlerror();
#define FIND(name, symbol, parameters) \
	if (!(*(void **)&cu.name = dlsym(library, symbol))) \
		return "libcuda.so.1 is too old: it lacks " symbol;
	FUNCTIONS(FIND)
	return NULL;
}

const char *gpu_error_name(int code) {
	const char *name = NULL;
	return cu.cuGetErrorName(code, &name) || !name ? "unknown error" : name;
}

const char *gpu_error_text(int code) {
	const char *text = NULL;
	return cu.cuGetErrorString(code, &text) || !text ? "" : text;
}

// TRY calls a function of the driver and stores its result in r. If the call fails, TRY jumps to
// the label "end" of its function.
#define TRY(name, ...) \
	do { \
		r = (struct gpu_result){cu.name(__VA_ARGS__), #name}; \
		if (r.code) \
			goto end; \
	} while (0)

// enter makes a context current; leave restores the one before.
static struct gpu_result enter(void *context) {
	return (struct gpu_result){cu.cuCtxPushCurrent(context), "cuCtxPushCurrent"};
}

static void leave(void) {
	void *context;
	cu.cuCtxPopCurrent(&context);
}

struct gpu_result gpu_device_count(int *count) {
	struct gpu_result r;
	TRY(cuInit, 0);
	TRY(cuDeviceGetCount, count);
end:
	return r;
}

struct gpu_result gpu_device_name(int device, char *name, int size) {
	struct gpu_result r;
	CUdevice d;
	TRY(cuDeviceGet, &d, device);
	TRY(cuDeviceGetName, name, size, d);
end:
	return r;
}

struct gpu_result gpu_context_device(uintptr_t context, int *device) {
	struct gpu_result r = enter((void *)context);
	if (r.code)
		return r;
	TRY(cuCtxGetDevice, device);
end:
	leave();
	return r;
}

struct gpu_result gpu_open(int device, uintptr_t context, struct gpu_lane **out) {
	struct gpu_result r = {CUDA_ERROR_OUT_OF_MEMORY, "calloc"};
	int entered = 0;
	struct gpu_lane *lane = calloc(1, sizeof(*lane));
	if (!lane)
		return r;
	lane->device = -1;
	lane->context = (void *)context;
	if (!context) {
		CUdevice d;
		TRY(cuDeviceGet, &d, device);
		TRY(cuDevicePrimaryCtxRetain, &lane->context, d);
		lane->device = d;
	}
	r = enter(lane->context);
	if (r.code)
		goto end;
	entered = 1;
	TRY(cuStreamCreate, &lane->stream, CU_STREAM_NON_BLOCKING);
end:
	if (entered)
		leave();
	if (r.code)
		gpu_close(lane);
	else
		*out = lane;
	return r;
}

void gpu_close(void *p) {
	struct gpu_lane *lane = p;
	if ((lane->stream || lane->module) && !cu.cuCtxPushCurrent(lane->context)) {
		if (lane->stream) {
			cu.cuStreamSynchronize(lane->stream);
			cu.cuStreamDestroy(lane->stream);
		}
		if (lane->module)
			cu.cuModuleUnload(lane->module);
		leave();
	}
	if (lane->device >= 0)
		cu.cuDevicePrimaryCtxRelease(lane->device);
	free(lane);
}

void *gpu_host_alloc(void *p, size_t size) {
	struct gpu_lane *lane = p;
	void *memory = NULL;
	if (cu.cuCtxPushCurrent(lane->context))
		return NULL;
	if (cu.cuMemAllocHost(&memory, size))
		memory = NULL;
	leave();
	return memory;
}

void gpu_host_free(void *p, void *memory) {
	struct gpu_lane *lane = p;
	if (cu.cuCtxPushCurrent(lane->context))
		return;
	cu.cuMemFreeHost(memory);
	leave();
}

// plane describes the copy of a plane, without its addresses.
static CUDA_MEMCPY2D plane(const struct gpu_copy *copy, int i) {
	return (CUDA_MEMCPY2D){
		.srcPitch = copy->src_pitch[i],
		.dstPitch = copy->dst_pitch[i],
		.WidthInBytes = copy->bytes[i],
		.Height = copy->rows[i],
	};
}

struct gpu_result gpu_upload(struct gpu_lane *lane, const struct gpu_copy *copy, void **event) {
	struct gpu_result r = enter(lane->context);
	if (r.code)
		return r;
	for (int i = 0; i < GPU_PLANES; i++) {
		CUDA_MEMCPY2D c = plane(copy, i);
		c.srcMemoryType = CU_MEMORYTYPE_HOST;
		c.srcHost = (const void *)copy->src[i];
		c.dstMemoryType = CU_MEMORYTYPE_DEVICE;
		c.dstDevice = copy->dst[i];
		TRY(cuMemcpy2DAsync, &c, lane->stream);
	}
	if (!*event)
		TRY(cuEventCreate, event, CU_EVENT_BLOCKING_SYNC | CU_EVENT_DISABLE_TIMING);
	TRY(cuEventRecord, *event, lane->stream);
end:
	if (r.code)
		cu.cuStreamSynchronize(lane->stream); // the caller is about to free the source
	leave();
	return r;
}

struct gpu_result gpu_download(struct gpu_lane *lane, const struct gpu_copy *copy) {
	struct gpu_result r = enter(lane->context);
	if (r.code)
		return r;
	for (int i = 0; i < GPU_PLANES; i++) {
		CUDA_MEMCPY2D c = plane(copy, i);
		c.srcMemoryType = CU_MEMORYTYPE_DEVICE;
		c.srcDevice = copy->src[i];
		c.dstMemoryType = CU_MEMORYTYPE_HOST;
		c.dstHost = (void *)copy->dst[i];
		TRY(cuMemcpy2DAsync, &c, lane->stream);
	}
	TRY(cuStreamSynchronize, lane->stream);
end:
	leave();
	return r;
}

struct gpu_result gpu_await(struct gpu_lane *lane, void *event) {
	struct gpu_result r = enter(lane->context);
	if (r.code)
		return r;
	TRY(cuEventSynchronize, event);
end:
	leave();
	return r;
}

void gpu_free_event(struct gpu_lane *lane, void *event) {
	if (!event || cu.cuCtxPushCurrent(lane->context))
		return;
	cu.cuEventDestroy(event);
	leave();
}

struct gpu_result gpu_load_kernels(struct gpu_lane *lane, const char *ptx) {
	struct gpu_result r = enter(lane->context);
	if (r.code)
		return r;
	TRY(cuModuleLoadData, &lane->module, ptx);
	TRY(cuModuleGetFunction, &lane->functions[GPU_RGB], lane->module, "rgb_to_nv12");
	TRY(cuModuleGetFunction, &lane->functions[GPU_NV12], lane->module, "nv12_to_nv12");
end:
	leave();
	return r;
}

struct gpu_result gpu_convert(struct gpu_lane *lane, int kernel, uintptr_t stream, const struct picture *picture) {
	enum { ACROSS = 32, DOWN = 8 }; // threads of a block; each makes two by two pixels
	struct picture p = *picture;
	void *written = NULL, *read = NULL, *arguments[] = {&p};
	struct gpu_result r = enter(lane->context);
	if (r.code)
		return r;
	TRY(cuEventCreate, &written, CU_EVENT_DISABLE_TIMING);
	TRY(cuEventCreate, &read, CU_EVENT_BLOCKING_SYNC | CU_EVENT_DISABLE_TIMING);
	TRY(cuEventRecord, written, (void *)stream);
	TRY(cuStreamWaitEvent, lane->stream, written, 0);
	const unsigned columns = (p.out_width / 2 + ACROSS - 1) / ACROSS, rows = (p.out_height / 2 + DOWN - 1) / DOWN;
	TRY(cuLaunchKernel, lane->functions[kernel], columns, rows, 1, ACROSS, DOWN, 1, 0, lane->stream, arguments, NULL);
	TRY(cuEventRecord, read, lane->stream);
	TRY(cuEventSynchronize, read);
end:
	if (r.code)
		cu.cuStreamSynchronize(lane->stream); // the caller may free the source after this
	if (written)
		cu.cuEventDestroy(written);
	if (read)
		cu.cuEventDestroy(read);
	leave();
	return r;
}

int gpu_where(struct gpu_lane *lane, uintptr_t address, int *device) {
	unsigned type = GPU_ADDRESS_UNKNOWN, managed = 0;
	void *owner = NULL;
	if (cu.cuCtxPushCurrent(lane->context))
		return GPU_ADDRESS_UNKNOWN;
	if (cu.cuPointerGetAttribute(&type, CU_POINTER_ATTRIBUTE_MEMORY_TYPE, address) ||
		cu.cuPointerGetAttribute(device, CU_POINTER_ATTRIBUTE_DEVICE_ORDINAL, address))
		type = GPU_ADDRESS_UNKNOWN;
	else if (!cu.cuPointerGetAttribute(&managed, CU_POINTER_ATTRIBUTE_IS_MANAGED, address) && managed)
		type = GPU_ADDRESS_DEVICE; // managed memory moves to the device when the device reads it
	else if (!cu.cuPointerGetAttribute(&owner, CU_POINTER_ATTRIBUTE_CONTEXT, address) && owner && owner != lane->context)
		type = GPU_ADDRESS_UNKNOWN; // memory that was mapped without a context has no owner
	leave();
	return type;
}
