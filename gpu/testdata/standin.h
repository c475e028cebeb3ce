// A software stand-in for the NVIDIA driver: the functions of libcuda.so.1 and
// libnvidia-encode.so.1 that FFmpeg and avloom call. With it, everything but the GPU itself can be
// tested on any machine.
//
//	cuda.c      devices, contexts, memory
//	streams.c   streams, events, copies: as late as CUDA may be
//	modules.c   kernels, compiled as C++ for the CPU
//	unused.c    functions that FFmpeg looks up and does not call
//	nvenc.c     the sessions of the encoder
//	pictures.c  the pictures of a session; it uses the public API of CUDA alone, so that it also
//	            works with a real driver
//	x264.c      an encoder of a session; x265.c and aom.c are the others
//
// Addresses of "GPU" memory have bit 62 set, so a program that reads them on the CPU crashes. The
// environment variable AVLOOM_STANDIN_FAULT=name=n,... makes functions fail.
#ifndef AVLOOM_STANDIN_H
#define AVLOOM_STANDIN_H

#include <stdint.h>
#include <stdlib.h>

#include "dynlink_cuda.h"

#define EXPORT __attribute__((visibility("default")))

// counters count the objects that exist. They are stored, in this order, in the file that the
// variable AVLOOM_STANDIN_COUNTERS names, where the parent process reads them.
enum counter { CONTEXTS, MEMORY, PINNED, STREAMS, EVENTS, MODULES, SESSIONS, RESOURCES, BITSTREAMS, PUSHED, COUNTERS };

int64_t *standin_counters(void);
static inline void count(enum counter c, int n) { __atomic_add_fetch(&standin_counters()[c], n, __ATOMIC_SEQ_CST); }

// standin_fault returns the n that the environment sets for the fault of this name; 0: none.
int standin_fault(const char *name);

// calls counts the calls that may fail, since the fault was set to this value.
struct calls {
	int n, fault;
};

// standin_fails counts a call. It returns 1 from the call on that is to fail.
int standin_fails(const char *name, struct calls *calls);

// Errors of CUDA that dynlink_cuda.h does not name.
#define INVALID_VALUE ((CUresult)1)
#define OUT_OF_MEMORY ((CUresult)2)
#define NO_DEVICE ((CUresult)100)
#define INVALID_DEVICE ((CUresult)101)
#define INVALID_CONTEXT ((CUresult)201)
#define INVALID_PTX ((CUresult)218)
#define INVALID_HANDLE ((CUresult)400)
#define NOT_FOUND ((CUresult)500)
#define LAUNCH_FAILED ((CUresult)719)
#define NOT_SUPPORTED ((CUresult)801)

#define ON_GPU (1ull << 62)

static inline void *host(CUdeviceptr p) { return (void *)(p & ~ON_GPU); }

// A context. Devices 0 and 1 have one primary context each.
struct CUctx_st {
	CUdevice device;
	int users; // of a primary context; 1 for another context
};

enum { DEVICES = 2 };

CUcontext standin_current(void);               // NULL: none
int standin_holds(CUdeviceptr p, size_t size); // 1: these bytes are memory of the "GPU"
int standin_pinned(const void *p);             // 1: pinned main memory; the caller holds the lock

// The lock guards all state.
void standin_lock(void);
void standin_unlock(void);

#endif
