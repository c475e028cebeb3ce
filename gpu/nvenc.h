// Access to the driver's encoder library itself. FFmpeg's errors do not distinguish a GPU without
// an encoder from an old driver or from too many sessions.
#ifndef AVLOOM_NVENC_H
#define AVLOOM_NVENC_H

#include <stdint.h>

// The results of gpu_nvenc besides NVENC's own codes, which are above 0. GPU_NVENC_BROKEN: the
// library lacks its functions.
enum { GPU_NVENC_OK = 0, GPU_NVENC_MISSING = -1, GPU_NVENC_BROKEN = -2 };

enum { GPU_H264 = 1, GPU_HEVC = 2, GPU_AV1 = 4 }; // codecs

// GPU_NVENC_REASON is the size of the buffer for why the library could not be loaded.
enum { GPU_NVENC_REASON = 256 };

// gpu_nvenc opens a session in the context, and closes it. It sets the version of the driver's
// interface (0xc1 is version 12.1) and the codecs that the GPU encodes.
int gpu_nvenc(uintptr_t context, unsigned *version, unsigned *codecs, char *reason);

#endif
