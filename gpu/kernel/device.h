// The language of the kernels. A kernel is a function that runs once for each place of its grid, in
// a thread of its own. Clang compiles it for the GPU, without the CUDA toolkit; g++ compiles it as
// C++ for the tests that need no GPU.
#ifndef AVLOOM_DEVICE_H
#define AVLOOM_DEVICE_H

typedef unsigned long long address; // in the GPU's memory

#ifdef __CUDA__

#define DEVICE static inline __attribute__((device, always_inline))

// KERNEL defines the entry "name", which takes one argument of this type by value, and calls the
// function "thread" for each place of its grid.
#define KERNEL(name, thread, type) \
	extern "C" __attribute__((global)) void name(const type a) { \
		thread(a, __nvvm_read_ptx_sreg_ctaid_x() * __nvvm_read_ptx_sreg_ntid_x() + __nvvm_read_ptx_sreg_tid_x(), \
			__nvvm_read_ptx_sreg_ctaid_y() * __nvvm_read_ptx_sreg_ntid_y() + __nvvm_read_ptx_sreg_tid_y()); \
	}

DEVICE unsigned char *at(address p) { return (unsigned char *)p; }

#else

#define DEVICE static inline

#define KERNEL(name, thread, type) \
	extern "C" void name(void **arguments, unsigned x, unsigned y) { thread(*(const type *)arguments[0], x, y); }

// The stand-in for the driver marks addresses of its "GPU" with a bit, so that the CPU cannot use
// them by mistake.
DEVICE unsigned char *at(address p) { return (unsigned char *)(p & ~(1ull << 62)); }

#endif

#endif
