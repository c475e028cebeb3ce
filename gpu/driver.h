// The part of the CUDA driver API that avloom needs. The library is looked up at run time, so CUDA
// is not needed to build avloom, nor to run it without a GPU. Every function here may be called
// from any thread: it makes its context current, and restores the one that was current before.
#ifndef AVLOOM_DRIVER_H
#define AVLOOM_DRIVER_H

#include <stddef.h>
#include <stdint.h>

#include "kernel/picture.h"

// gpu_result is the result of a call: code 0, or the code that the driver's function "call"
// returned.
struct gpu_result {
	int code;
	const char *call;
};

// gpu_lane is the share that one video stream has of a device: the context, which all lanes of a
// device share, and a CUDA stream of its own.
struct gpu_lane {
	int device;      // gpu_close releases its primary context; -1: the context is the caller's
	void *context;
	void *stream;
	void *module;    // the kernels; NULL until they are loaded
	void *functions[2];
};

enum { GPU_RGB, GPU_NV12 }; // the kernels

enum { GPU_PLANES = 2 }; // of NV12

// gpu_copy describes the copy of a picture of NV12.
struct gpu_copy {
	uintptr_t src[GPU_PLANES], dst[GPU_PLANES];
	int src_pitch[GPU_PLANES], dst_pitch[GPU_PLANES];
	int bytes[GPU_PLANES], rows[GPU_PLANES]; // of a plane
};

// gpu_load loads the driver. It returns NULL, or the reason why there is none. The caller calls it
// once, before all other functions.
const char *gpu_load(void);
const char *gpu_error_name(int code);
const char *gpu_error_text(int code);

struct gpu_result gpu_device_count(int *count);
struct gpu_result gpu_device_name(int device, char *name, int size);
struct gpu_result gpu_context_device(uintptr_t context, int *device);

// gpu_open makes a lane in the context; 0: in the device's primary context. gpu_close waits for the
// work of the lane, and frees it.
struct gpu_result gpu_open(int device, uintptr_t context, struct gpu_lane **lane);
void gpu_close(void *lane);

// Pinned main memory, which the device reads directly. gpu_host_alloc returns NULL if there is none
// left.
void *gpu_host_alloc(void *lane, size_t size);
void gpu_host_free(void *lane, void *memory);

// gpu_upload starts to copy a picture to the device, and records the event behind the copy. It
// makes the event if it is NULL. gpu_await waits for the event; gpu_free_event frees it, or ignores
// NULL.
struct gpu_result gpu_upload(struct gpu_lane *lane, const struct gpu_copy *copy, void **event);
struct gpu_result gpu_await(struct gpu_lane *lane, void *event);
void gpu_free_event(struct gpu_lane *lane, void *event);

// gpu_download copies a picture from the device, and waits for the copy.
struct gpu_result gpu_download(struct gpu_lane *lane, const struct gpu_copy *copy);

struct gpu_result gpu_load_kernels(struct gpu_lane *lane, const char *ptx);

// gpu_convert runs a kernel after the work that the other stream has been given, and waits until
// the kernel has read its source.
struct gpu_result gpu_convert(struct gpu_lane *lane, int kernel, uintptr_t stream, const struct picture *picture);

// gpu_where returns the kind of memory at an address, and sets its device. The kind is UNKNOWN if
// the lane's context cannot read the address; the numbers are those of the driver's CUmemorytype.
enum { GPU_ADDRESS_UNKNOWN = 0, GPU_ADDRESS_HOST = 1, GPU_ADDRESS_DEVICE = 2 };
int gpu_where(struct gpu_lane *lane, uintptr_t address, int *device);

#endif
