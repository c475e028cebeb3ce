// Devices, contexts and memory.
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "standin.h"

enum { ALIGNMENT = 512, DEEPEST = 16 };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
void standin_lock(void) { pthread_mutex_lock(&mutex); }
void standin_unlock(void) { pthread_mutex_unlock(&mutex); }

static struct CUctx_st primary[DEVICES] = {{0, 0}, {1, 0}};

static __thread CUcontext stack[DEEPEST];
static __thread int depth;

CUcontext standin_current(void) { return depth ? stack[depth - 1] : NULL; }

// --- devices ---

EXPORT CUresult cuInit(unsigned flags) {
	(void)flags;
	return standin_fault("no_device") ? NO_DEVICE : CUDA_SUCCESS;
}

EXPORT CUresult cuDriverGetVersion(int *version) {
	*version = 12010;
	return CUDA_SUCCESS;
}

EXPORT CUresult cuDeviceGetCount(int *n) {
	*n = DEVICES;
	return CUDA_SUCCESS;
}

EXPORT CUresult cuDeviceGet(CUdevice *device, int i) {
	*device = i;
	return i < 0 || i >= DEVICES ? INVALID_DEVICE : CUDA_SUCCESS;
}

EXPORT CUresult cuDeviceGetName(char *name, int size, CUdevice device) {
	snprintf(name, size, "Stand-in %d", device);
	return CUDA_SUCCESS;
}

EXPORT CUresult cuDeviceGetAttribute(int *value, CUdevice_attribute attribute, CUdevice device) {
	(void)device;
	*value = attribute == CU_DEVICE_ATTRIBUTE_TEXTURE_ALIGNMENT ? ALIGNMENT : 0;
	return CUDA_SUCCESS;
}

EXPORT CUresult cuDeviceComputeCapability(int *major, int *minor, CUdevice device) {
	(void)device;
	*major = 7;
	*minor = 5;
	return CUDA_SUCCESS;
}

EXPORT CUresult cuGetErrorName(CUresult error, const char **name) {
	static __thread char text[32];
	if (error == OUT_OF_MEMORY)
		*name = "CUDA_ERROR_OUT_OF_MEMORY";
	else if (error == NO_DEVICE)
		*name = "CUDA_ERROR_NO_DEVICE";
	else if (error == LAUNCH_FAILED)
		*name = "CUDA_ERROR_LAUNCH_FAILED";
	else {
		snprintf(text, sizeof(text), "CUDA_ERROR_%d", error);
		*name = text;
	}
	return CUDA_SUCCESS;
}

EXPORT CUresult cuGetErrorString(CUresult error, const char **text) {
	*text = error == OUT_OF_MEMORY ? "out of memory" : "an error of the stand-in";
	return CUDA_SUCCESS;
}

// --- contexts ---

EXPORT CUresult cuDevicePrimaryCtxRetain(CUcontext *context, CUdevice device) {
	if (device < 0 || device >= DEVICES)
		return INVALID_DEVICE;
	standin_lock();
	primary[device].users++;
	standin_unlock();
	count(CONTEXTS, 1);
	*context = &primary[device];
	return CUDA_SUCCESS;
}

EXPORT CUresult cuDevicePrimaryCtxRelease(CUdevice device) {
	standin_lock();
	const int released = device >= 0 && device < DEVICES && primary[device].users > 0;
	if (released)
		primary[device].users--;
	standin_unlock();
	if (released)
		count(CONTEXTS, -1);
	return released ? CUDA_SUCCESS : INVALID_CONTEXT;
}

EXPORT CUresult cuDevicePrimaryCtxRelease_v2(CUdevice device) { return cuDevicePrimaryCtxRelease(device); }

EXPORT CUresult cuCtxCreate_v2(CUcontext *context, unsigned flags, CUdevice device) {
	(void)flags;
	struct CUctx_st *c = malloc(sizeof(*c));
	*c = (struct CUctx_st){device, 1};
	count(CONTEXTS, 1);
	*context = stack[depth++] = c;
	count(PUSHED, 1);
	return CUDA_SUCCESS;
}

EXPORT CUresult cuCtxDestroy_v2(CUcontext context) {
	if (standin_current() == context) {
		depth--;
		count(PUSHED, -1);
	}
	count(CONTEXTS, -1);
	free(context);
	return CUDA_SUCCESS;
}

EXPORT CUresult cuCtxPushCurrent_v2(CUcontext context) {
	if (!context || context->users <= 0 || depth == DEEPEST)
		return INVALID_CONTEXT;
	stack[depth++] = context;
	count(PUSHED, 1);
	return CUDA_SUCCESS;
}

EXPORT CUresult cuCtxPopCurrent_v2(CUcontext *context) {
	if (!depth)
		return INVALID_CONTEXT;
	*context = stack[--depth];
	count(PUSHED, -1);
	return CUDA_SUCCESS;
}

EXPORT CUresult cuCtxGetCurrent(CUcontext *context) {
	*context = standin_current();
	return CUDA_SUCCESS;
}

EXPORT CUresult cuCtxGetDevice(CUdevice *device) {
	if (!standin_current())
		return INVALID_CONTEXT;
	*device = standin_current()->device;
	return CUDA_SUCCESS;
}

// --- memory ---

// block is a piece of the "GPU"'s memory, in a list.
struct block {
	struct block *next;
	CUdeviceptr start;
	size_t size;
	CUcontext context;
};

static struct block *blocks;

static struct block *find(CUdeviceptr p, size_t size) {
	struct block *b = blocks;
	while (b && !(b->start <= p && p + size <= b->start + b->size))
		b = b->next;
	return b;
}

int standin_holds(CUdeviceptr p, size_t size) { return find(p, size) != NULL; }

// exhausted counts the allocations of both kinds. It returns 1 from the one on that is to fail.
static int exhausted(void) {
	static struct calls calls;
	return standin_fails("memory", &calls);
}

EXPORT CUresult cuMemAlloc_v2(CUdeviceptr *p, size_t size) {
	if (!standin_current())
		return INVALID_CONTEXT;
	standin_lock();
	void *memory = exhausted() ? NULL : aligned_alloc(ALIGNMENT, (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
	struct block *b = memory ? malloc(sizeof(*b)) : NULL;
	if (b) {
		*b = (struct block){blocks, (uintptr_t)memory | ON_GPU, size, standin_current()};
		blocks = b;
		*p = b->start;
		memset(memory, 0xcd, size);
		count(MEMORY, 1);
	}
	standin_unlock();
	return b ? CUDA_SUCCESS : OUT_OF_MEMORY;
}

void standin_finish(void); // does all work that the streams have been given

EXPORT CUresult cuMemFree_v2(CUdeviceptr p) {
	if (!standin_current())
		return INVALID_CONTEXT;
	standin_finish();
	standin_lock();
	struct block **link = &blocks, *b;
	while (*link && (*link)->start != p)
		link = &(*link)->next;
	if ((b = *link)) {
		*link = b->next;
		free(host(p));
		count(MEMORY, -1);
	}
	standin_unlock();
	free(b);
	return b ? CUDA_SUCCESS : INVALID_VALUE;
}

// pin is main memory that the GPU reads directly.
struct pin {
	struct pin *next;
	char *start;
	size_t size;
};

static struct pin *pins; // guarded by the lock

int standin_pinned(const void *p) {
	const struct pin *pin = pins;
	while (pin && ((const char *)p < pin->start || (const char *)p >= pin->start + pin->size))
		pin = pin->next;
	return pin != NULL;
}

EXPORT CUresult cuMemAllocHost_v2(void **p, size_t size) {
	if (!standin_current())
		return INVALID_CONTEXT;
	standin_lock();
	*p = exhausted() ? NULL : malloc(size);
	if (*p) {
		struct pin *pin = malloc(sizeof(*pin));
		*pin = (struct pin){pins, *p, size};
		pins = pin;
	}
	standin_unlock();
	if (!*p)
		return OUT_OF_MEMORY;
	count(PINNED, 1);
	return CUDA_SUCCESS;
}

EXPORT CUresult cuMemFreeHost(void *p) {
	if (!standin_current())
		return INVALID_CONTEXT;
	standin_finish();
	standin_lock();
	struct pin **link = &pins, *pin;
	while (*link && (*link)->start != p)
		link = &(*link)->next;
	if ((pin = *link))
		*link = pin->next;
	standin_unlock();
	if (!pin)
		return INVALID_VALUE;
	free(pin);
	free(p);
	count(PINNED, -1);
	return CUDA_SUCCESS;
}

EXPORT CUresult cuPointerGetAttribute(void *value, int attribute, CUdeviceptr p) {
	enum { CONTEXT = 1, MEMORY_TYPE = 2, IS_MANAGED = 8, DEVICE_ORDINAL = 9 };
	standin_lock();
	const struct block *b = find(p, 1);
	standin_unlock();
	if (!b)
		return INVALID_VALUE;
	if (attribute == CONTEXT)
		*(CUcontext *)value = b->context;
	else if (attribute == MEMORY_TYPE)
		*(unsigned *)value = CU_MEMORYTYPE_DEVICE;
	else if (attribute == IS_MANAGED)
		*(unsigned *)value = 0;
	else if (attribute == DEVICE_ORDINAL)
		*(int *)value = b->context->device;
	return CUDA_SUCCESS;
}
