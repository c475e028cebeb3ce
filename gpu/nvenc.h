// A look at the driver's encoder library itself: FFmpeg's errors do not tell a GPU without an encoder from an old driver, nor from too many sessions.
#ifndef AVLOOM_NVENC_H
#define AVLOOM_NVENC_H

#include <stdint.h>

// What becomes of a look, beside the codes of NVENC itself, which are above 0.
enum { GPU_NVENC_WORKS = 0, GPU_NVENC_MISSING = -1, GPU_NVENC_BROKEN = -2 };

enum { GPU_H264 = 1, GPU_HEVC = 2, GPU_AV1 = 4 }; // codecs

// GPU_NVENC_REASON is the room for why the library could not be loaded.
enum { GPU_NVENC_REASON = 256 };

// gpu_nvenc opens a session in the context, and closes it. It sets the version of the driver's interface, 12.1 being 0xc1, and the codecs that the GPU encodes.
int gpu_nvenc(uintptr_t context, unsigned *version, unsigned *codecs, char *reason);

#endif
