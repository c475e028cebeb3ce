// A software stand-in for the NVIDIA driver: libcuda.so.1 and libnvidia-encode.so.1, as far as FFmpeg and avloom call them. It lets everything but the GPU
// itself be tested anywhere.
//
//	cuda.c      devices, contexts, memory
//	streams.c   streams, events, copies: as late as CUDA may be
//	modules.c   kernels, run as the C++ twins that they were compiled to as well
//	unused.c    what FFmpeg looks up and does not call
//	nvenc.c     the sessions of the encoder
//	pictures.c  what they encode, which they take through the public API of CUDA, so that they also run over a real driver
//	x264.c      what they encode with; x265.c, aom.c
//
// Addresses of "GPU" memory have bit 62 set, so whoever reads them on the CPU crashes. The environment asks for faults: AVLOOM_STANDIN_FAULT=name=n,...
#ifndef AVLOOM_STANDIN_H
#define AVLOOM_STANDIN_H

#include <stdint.h>
#include <stdlib.h>

#include "dynlink_cuda.h"

#define EXPORT __attribute__((visibility("default")))

// counters are what has been given out and not come back. They lie in the file that AVLOOM_STANDIN_COUNTERS names, in this order, for the parent process.
enum counter { CONTEXTS, MEMORY, PINNED, STREAMS, EVENTS, MODULES, SESSIONS, RESOURCES, BITSTREAMS, PUSHED, COUNTERS };

int64_t *standin_counters(void);
static inline void count(enum counter c, int n) { __atomic_add_fetch(&standin_counters()[c], n, __ATOMIC_SEQ_CST); }

// standin_fault returns the n that the environment gives the fault of this name; 0: none.
int standin_fault(const char *name);

// calls counts what may fail, from when the fault was set to what it is.
struct calls {
	int n, fault;
};

// standin_fails counts a call, and says whether it is the one that is to fail, or a later one.
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

// A context, of which device 0 and 1 have a primary one each.
struct CUctx_st {
	CUdevice device;
	int users; // of a primary context; 1: another
};

enum { DEVICES = 2 };

CUcontext standin_current(void);               // NULL: none
int standin_holds(CUdeviceptr p, size_t size); // whether these bytes lie in memory of the "GPU"
int standin_pinned(const void *p);             // whether the GPU can read this memory of the CPU by itself; the lock is held

// lock guards all state.
void standin_lock(void);
void standin_unlock(void);

#endif
