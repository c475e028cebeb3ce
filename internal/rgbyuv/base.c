// The level that each machine of the architecture has: SSE2 on amd64, NEON on arm64, else plain C.

#include <string.h>

#include "rgbyuv.h"

#define N 16
#define NAME rgbyuv_base
#include "vector.h"

INLINE words pair_sums(words v, int weight) { return ((v & 0xff) + (v >> 8)) * (uint16_t)weight; }

#if defined(__SSE2__)
#include "base_sse2.h"
#elif defined(__aarch64__)
#include "base_neon.h"
#else
#include "base_plain.h"
#endif

#include "kernel.h"
