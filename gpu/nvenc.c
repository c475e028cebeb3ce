#include "nvenc.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

// These are the declarations of nvEncodeAPI.h, version 11.1. All drivers from 471 on serve this
// version.
enum { MAJOR = 11, MINOR = 1, DEVICE_CUDA = 1, MOST_CODECS = 16 };
#define API_VERSION (MAJOR | MINOR << 24)
#define STRUCT_VERSION(n) (API_VERSION | (uint32_t)(n) << 16 | 7u << 28)

typedef struct {
	uint32_t a;
	uint16_t b, c;
	uint8_t d[8];
} GUID;

typedef struct {
	uint32_t version, deviceType;
	void *device, *reserved;
	uint32_t apiVersion, reserved1[253];
	void *reserved2[64];
} OPEN_PARAMS;

// The indices of functions in NV_ENCODE_API_FUNCTION_LIST.
enum { GUID_COUNT = 1, GUIDS = 4, DESTROY = 27, OPEN = 29, FUNCTIONS = 318 };

typedef struct {
	uint32_t version, reserved;
	void *functions[FUNCTIONS];
} FUNCTION_LIST;

typedef int maxVersion(uint32_t *);
typedef int createInstance(FUNCTION_LIST *);
typedef int openSession(OPEN_PARAMS *, void **);
typedef int guidCount(void *, uint32_t *);
typedef int guids(void *, GUID *, uint32_t, uint32_t *);
typedef int destroy(void *);

// The codecs, in the order of the bits GPU_H264, GPU_HEVC and GPU_AV1.
static const GUID known[] = {
	{0x6bc82762, 0x4e63, 0x4ca4, {0xaa, 0x85, 0x1e, 0x50, 0xf3, 0x21, 0xf6, 0xbf}},
	{0x790cdc88, 0x4522, 0x4d7b, {0x94, 0x25, 0xbd, 0xa9, 0x97, 0x5f, 0x76, 0x03}},
	{0x0a352289, 0x0aa7, 0x4759, {0x86, 0x2d, 0x5d, 0x15, 0xcd, 0x16, 0xd2, 0x54}},
};

// supported_codecs returns the codecs that a session supports.
static unsigned supported_codecs(const FUNCTION_LIST *api, void *session) {
	GUID found[MOST_CODECS];
	uint32_t n = 0;
	unsigned codecs = 0;
	if (((guidCount *)api->functions[GUID_COUNT])(session, &n) || n > MOST_CODECS ||
		((guids *)api->functions[GUIDS])(session, found, n, &n))
		return 0;
	for (unsigned i = 0; i < n; i++)
		for (unsigned k = 0; k < sizeof(known) / sizeof(*known); k++)
			if (!memcmp(&found[i], &known[k], sizeof(GUID)))
				codecs |= 1u << k;
	return codecs;
}

// probe is gpu_nvenc with the loaded library.
static int probe(void *library, uintptr_t context, unsigned *version, unsigned *codecs) {
	maxVersion *max = (maxVersion *)dlsym(library, "NvEncodeAPIGetMaxSupportedVersion");
	createInstance *create = (createInstance *)dlsym(library, "NvEncodeAPICreateInstance");
	FUNCTION_LIST api = {.version = STRUCT_VERSION(2)};
	OPEN_PARAMS params = {
		.version = STRUCT_VERSION(1),
		.deviceType = DEVICE_CUDA,
		.device = (void *)context,
		.apiVersion = API_VERSION,
	};
	void *session = NULL;
	uint32_t v = 0;
	if (!max || !create || max(&v))
		return GPU_NVENC_BROKEN;
	*version = v;
	int err = create(&api);
	if (err)
		return err;
	err = ((openSession *)api.functions[OPEN])(&params, &session);
	if (!err)
		*codecs = supported_codecs(&api, session);
	if (session) // NVIDIA's documentation asks for this also after an error
		((destroy *)api.functions[DESTROY])(session);
	return err ? err : GPU_NVENC_OK;
}

int gpu_nvenc(uintptr_t context, unsigned *version, unsigned *codecs, char *reason) {
	void *library = dlopen("libnvidia-encode.so.1", RTLD_NOW);
	int r;
	if (!library) {
		snprintf(reason, GPU_NVENC_REASON, "%s", dlerror());
		return GPU_NVENC_MISSING;
	}
	r = probe(library, context, version, codecs);
	dlclose(library);
	return r;
}
