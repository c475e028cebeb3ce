// The declarations of cuda.h that driver.c uses.
#ifndef AVLOOM_CUDA_API_H
#define AVLOOM_CUDA_API_H

#include <stddef.h>

typedef int CUresult, CUdevice;
typedef unsigned long long CUdeviceptr;
enum {
	CUDA_ERROR_OUT_OF_MEMORY = 2,
	CU_STREAM_NON_BLOCKING = 1,
	CU_EVENT_BLOCKING_SYNC = 1,
	CU_EVENT_DISABLE_TIMING = 2,
	CU_MEMORYTYPE_HOST = 1,
	CU_MEMORYTYPE_DEVICE = 2,
	CU_POINTER_ATTRIBUTE_CONTEXT = 1,
	CU_POINTER_ATTRIBUTE_MEMORY_TYPE = 2,
	CU_POINTER_ATTRIBUTE_IS_MANAGED = 8,
	CU_POINTER_ATTRIBUTE_DEVICE_ORDINAL = 9,
};

typedef struct CUDA_MEMCPY2D {
	size_t srcXInBytes, srcY;
	int srcMemoryType;
	const void *srcHost;
	CUdeviceptr srcDevice;
	void *srcArray;
	size_t srcPitch;
	size_t dstXInBytes, dstY;
	int dstMemoryType;
	void *dstHost;
	CUdeviceptr dstDevice;
	void *dstArray;
	size_t dstPitch;
	size_t WidthInBytes, Height;
} CUDA_MEMCPY2D;

// FUNCTIONS lists the functions of libcuda.so.1 that are used: name, symbol, parameters.
#define FUNCTIONS(F) \
	F(cuInit, "cuInit", (unsigned)) \
	F(cuGetErrorName, "cuGetErrorName", (CUresult, const char **)) \
	F(cuGetErrorString, "cuGetErrorString", (CUresult, const char **)) \
	F(cuDeviceGetCount, "cuDeviceGetCount", (int *)) \
	F(cuDeviceGet, "cuDeviceGet", (CUdevice *, int)) \
	F(cuDeviceGetName, "cuDeviceGetName", (char *, int, CUdevice)) \
	F(cuDevicePrimaryCtxRetain, "cuDevicePrimaryCtxRetain", (void **, CUdevice)) \
	F(cuDevicePrimaryCtxRelease, "cuDevicePrimaryCtxRelease_v2", (CUdevice)) \
	F(cuCtxPushCurrent, "cuCtxPushCurrent_v2", (void *)) \
	F(cuCtxPopCurrent, "cuCtxPopCurrent_v2", (void **)) \
	F(cuCtxGetDevice, "cuCtxGetDevice", (CUdevice *)) \
	F(cuMemAllocHost, "cuMemAllocHost_v2", (void **, size_t)) \
	F(cuMemFreeHost, "cuMemFreeHost", (void *)) \
	F(cuMemcpy2DAsync, "cuMemcpy2DAsync_v2", (const CUDA_MEMCPY2D *, void *)) \
	F(cuPointerGetAttribute, "cuPointerGetAttribute", (void *, int, CUdeviceptr)) \
	F(cuStreamCreate, "cuStreamCreate", (void **, unsigned)) \
	F(cuStreamDestroy, "cuStreamDestroy_v2", (void *)) \
	F(cuStreamSynchronize, "cuStreamSynchronize", (void *)) \
	F(cuStreamWaitEvent, "cuStreamWaitEvent", (void *, void *, unsigned)) \
	F(cuEventCreate, "cuEventCreate", (void **, unsigned)) \
	F(cuEventDestroy, "cuEventDestroy_v2", (void *)) \
	F(cuEventRecord, "cuEventRecord", (void *, void *)) \
	F(cuEventSynchronize, "cuEventSynchronize", (void *)) \
	F(cuModuleLoadData, "cuModuleLoadData", (void **, const void *)) \
	F(cuModuleUnload, "cuModuleUnload", (void *)) \
	F(cuModuleGetFunction, "cuModuleGetFunction", (void **, void *, const char *)) \
	F(cuLaunchKernel, "cuLaunchKernel", \
		(void *, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, void *, void **, void **))

#endif
