// The CUDA driver API, as far as avloom needs it. It is found when the program runs, so that nothing of CUDA is needed to build it, or to run it
// without a GPU. Every function here may be called from any thread: it makes its context current, and puts back what was current before.
#ifndef AVLOOM_DRIVER_H
#define AVLOOM_DRIVER_H

#include <stddef.h>
#include <stdint.h>

#include "kernel/picture.h"

// gpu_result says how a call ended: with code 0, or with what the driver's function of this name returned.
struct gpu_result {
	int code;
	const char *call;
};

// gpu_lane is what one stream of video uses of a device: the context, which all lanes of a device share, and a CUDA stream of its own.
struct gpu_lane {
	int device;      // whose primary context is to be released in the end; -1: the context is the caller's
	void *context;
	void *stream;
	void *module;    // the kernels, once they are needed
	void *functions[2];
};

enum { GPU_RGB, GPU_NV12 }; // the kernels

enum { GPU_PLANES = 2 }; // of NV12

// gpu_copy is a copy of a picture of NV12.
struct gpu_copy {
	uintptr_t src[GPU_PLANES], dst[GPU_PLANES];
	int src_pitch[GPU_PLANES], dst_pitch[GPU_PLANES];
	int bytes[GPU_PLANES], rows[GPU_PLANES]; // of a plane
};

// gpu_load loads the driver. It returns NULL, or why there is none. It is to be called once, before all others.
const char *gpu_load(void);
const char *gpu_error_name(int code);
const char *gpu_error_text(int code);

struct gpu_result gpu_device_count(int *count);
struct gpu_result gpu_device_name(int device, char *name, int size);
struct gpu_result gpu_context_device(uintptr_t context, int *device);

// gpu_open makes a lane in the context, or where that is 0, in the device's primary one. gpu_close frees it.
struct gpu_result gpu_open(int device, uintptr_t context, struct gpu_lane **lane);
void gpu_close(void *lane);

// Memory of the host that the device reads by itself.
void *gpu_host_alloc(void *lane, size_t size);
void gpu_host_free(void *lane, void *memory);

// gpu_upload starts to copy a picture to the device. The event, which is made where it is NULL, is reached when the copy is over.
struct gpu_result gpu_upload(struct gpu_lane *lane, const struct gpu_copy *copy, void **event);
struct gpu_result gpu_download(struct gpu_lane *lane, const struct gpu_copy *copy); // and waits
struct gpu_result gpu_await(struct gpu_lane *lane, void *event);
void gpu_forget(struct gpu_lane *lane, void *event);

struct gpu_result gpu_load_kernels(struct gpu_lane *lane, const char *ptx);
// gpu_convert runs a kernel on what the other stream has written by then, and waits until it has read it.
struct gpu_result gpu_convert(struct gpu_lane *lane, int kernel, uintptr_t stream, const struct picture *picture);

// gpu_where says where an address lies that the lane's context can read. The type is that of the driver's CUmemorytype.
enum { GPU_ADDRESS_UNKNOWN = 0, GPU_ADDRESS_HOST = 1, GPU_ADDRESS_DEVICE = 2 };
int gpu_where(struct gpu_lane *lane, uintptr_t address, int *device);

#endif
