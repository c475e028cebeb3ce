#include "world.h"

#include <dlfcn.h>
#include <stddef.h>

// CALL calls a function of the driver, whose parameters are of these types. Where it fails, the function that it stands in returns its name.
#define CALL(name, types, ...) \
	do { \
		void *driver = dlopen("libcuda.so.1", RTLD_NOW), *f = driver ? dlsym(driver, name) : NULL; \
		if (!f || ((int (*) types)f)(__VA_ARGS__)) \
			return name; \
	} while (0)

typedef unsigned long long address;

static const char *prepare(struct world *w, const char *ptx, const struct particle *start) {
	const size_t size = w->scene.n * sizeof(*start);
	CALL("cuStreamCreate", (void **, unsigned), &w->stream, 0);
	CALL("cuModuleLoadData", (void **, const void *), &w->module, ptx);
	CALL("cuModuleGetFunction", (void **, void *, const char *), &w->kernels[0], w->module, "move");
	CALL("cuModuleGetFunction", (void **, void *, const char *), &w->kernels[1], w->module, "draw");
	CALL("cuMemAlloc_v2", (address *, size_t), &w->scene.particles, size);
	CALL("cuMemAlloc_v2", (address *, size_t), &w->scene.picture, (size_t)3 * w->scene.width * w->scene.height);
	CALL("cuMemcpyHtoD_v2", (address, const void *, size_t), w->scene.particles, start, size);
	return NULL;
}

static const char *enter(struct world *w) {
	CALL("cuCtxPushCurrent_v2", (void *), w->context);
	return NULL;
}

static const char *leave(void) {
	void *context;
	CALL("cuCtxPopCurrent_v2", (void **), &context);
	return NULL;
}

const char *world_open(struct world *w, int device, const char *ptx, const struct particle *start, int n, int width, int height) {
	*w = (struct world){.device = device, .scene = {.n = n, .width = width, .height = height}};
	CALL("cuInit", (unsigned), 0);
	CALL("cuDevicePrimaryCtxRetain", (void **, int), &w->context, device);
	const char *failed = enter(w);
	if (failed)
		return failed;
	failed = prepare(w, ptx, start);
	leave();
	return failed;
}

static const char *launch(struct world *w, void *kernel, unsigned across, unsigned down, unsigned width, unsigned height) {
	void *arguments[] = {&w->scene};
	CALL("cuLaunchKernel", (void *, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, void *, void **, void **), kernel,
		(across + width - 1) / width, (down + height - 1) / height, 1, width, height, 1, 0, w->stream, arguments, NULL);
	return NULL;
}

const char *world_step(struct world *w, float seconds) {
	const char *failed = enter(w);
	if (failed)
		return failed;
	w->scene.seconds = seconds;
	failed = launch(w, w->kernels[0], w->scene.n, 1, 128, 1);
	if (!failed)
		failed = launch(w, w->kernels[1], w->scene.width, w->scene.height, 32, 8);
	leave();
	return failed;
}

static const char *unload(struct world *w) {
	CALL("cuModuleUnload", (void *), w->module);
	return NULL;
}

static const char *release(address memory) {
	CALL("cuMemFree_v2", (address), memory);
	return NULL;
}

static const char *end(struct world *w) {
	CALL("cuStreamDestroy_v2", (void *), w->stream);
	return NULL;
}

static const char *forget(struct world *w) {
	CALL("cuDevicePrimaryCtxRelease_v2", (int), w->device);
	return NULL;
}

void world_close(struct world *w) {
	if (!w->context)
		return;
	if (!enter(w)) {
		if (w->stream)
			end(w);
		if (w->module)
			unload(w);
		if (w->scene.particles)
			release(w->scene.particles);
		if (w->scene.picture)
			release(w->scene.picture);
		leave();
	}
	forget(w);
}
