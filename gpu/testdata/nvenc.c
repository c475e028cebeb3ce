// The sessions of NVENC. What FFmpeg's nvenc.c does not call is not there.
#include <string.h>

#include "encoder.h"
#include "nvEncodeAPI.h"
#include "standin.h"

// These lie in the libcuda.so.1 at hand, the stand-in's or NVIDIA's.
CUresult cuMemcpy2DAsync_v2(const CUDA_MEMCPY2D *, CUstream);
CUresult cuStreamSynchronize(CUstream);

enum { LEAST_WIDTH = 145, LEAST_HEIGHT = 49, MOST = 4096 }; // pixels, as NVENC has it for H.264

// bitstream is a buffer for output: the k-th one that is given with a picture gets the k-th packet.
struct bitstream {
	struct bitstream *next;
	struct packet *packet;
};

struct resource {
	CUdeviceptr at;
	int pitch;
};

struct session {
	int hevc;
	const struct codec *codec;
	void *state;
	struct settings settings;
	CUstream stream;
	uint8_t *picture; // in hand
	struct packet *packets, **last_packet;
	struct bitstream *waiting, **last_waiting;
};

static int same(GUID a, GUID b) { return !memcmp(&a, &b, sizeof(a)); }

struct packet *standin_packet(size_t size, struct stamp stamp, int type) {
	struct packet *p = malloc(sizeof(*p) + size);
	*p = (struct packet){.stamp = stamp, .type = type, .size = size};
	return p;
}

// --- opening -----------------------------------------------------------------------------------------------------------

static NVENCSTATUS open_session(NV_ENC_OPEN_ENCODE_SESSION_EX_PARAMS *p, void **out) {
	const int most = standin_fault("sessions"), max = standin_fault("nvenc_version");
	const int wanted = (p->apiVersion & 0xff) << 4 | p->apiVersion >> 24;
	if (standin_fault("no_nvenc"))
		return NV_ENC_ERR_UNSUPPORTED_DEVICE;
	if (wanted > (max ? max : NVENCAPI_MAJOR_VERSION << 4 | NVENCAPI_MINOR_VERSION))
		return NV_ENC_ERR_INVALID_VERSION;
	if (most && standin_counters()[SESSIONS] >= most)
		return standin_fault("old_driver") ? NV_ENC_ERR_OUT_OF_MEMORY : NV_ENC_ERR_INCOMPATIBLE_CLIENT_KEY;
	struct session *s = calloc(1, sizeof(*s));
	s->last_packet = &s->packets;
	s->last_waiting = &s->waiting;
	count(SESSIONS, 1);
	*out = s;
	return NV_ENC_SUCCESS;
}

static const GUID *codecs(uint32_t *n) {
	static GUID all[2];
	all[0] = NV_ENC_CODEC_H264_GUID;
	all[1] = NV_ENC_CODEC_HEVC_GUID;
	*n = standin_fault("h264_only") ? 1 : 2;
	return all;
}

static NVENCSTATUS count_codecs(void *v, uint32_t *n) {
	(void)v;
	codecs(n);
	return NV_ENC_SUCCESS;
}

static NVENCSTATUS list_codecs(void *v, GUID *to, uint32_t most, uint32_t *n) {
	(void)v;
	const GUID *all = codecs(n);
	*n = *n < most ? *n : most;
	memcpy(to, all, *n * sizeof(*to));
	return NV_ENC_SUCCESS;
}

static NVENCSTATUS capability(void *v, GUID codec, NV_ENC_CAPS_PARAM *p, int *value) {
	(void)v;
	(void)codec;
	switch (p->capsToQuery) {
	case NV_ENC_CAPS_WIDTH_MAX:
	case NV_ENC_CAPS_HEIGHT_MAX: *value = MOST; break;
	case NV_ENC_CAPS_NUM_MAX_BFRAMES: *value = 4; break;
	case NV_ENC_CAPS_SUPPORT_CABAC:
	case NV_ENC_CAPS_SUPPORT_LOOKAHEAD:
	case NV_ENC_CAPS_SUPPORT_TEMPORAL_AQ:
	case NV_ENC_CAPS_SUPPORT_MULTIPLE_REF_FRAMES:
	case NV_ENC_CAPS_SUPPORT_DYN_BITRATE_CHANGE: *value = 1; break;
	case NV_ENC_CAPS_SUPPORT_BFRAME_REF_MODE: *value = 3; break;
	default: *value = 0;
	}
	return NV_ENC_SUCCESS;
}

static NVENCSTATUS preset(void *v, GUID codec, GUID name, NV_ENC_TUNING_INFO tuning, NV_ENC_PRESET_CONFIG *p) {
	(void)v;
	(void)codec;
	const int fast = same(name, NV_ENC_PRESET_P1_GUID) || same(name, NV_ENC_PRESET_P2_GUID);
	NV_ENC_CONFIG *c = &p->presetCfg;
	c->gopLength = 250;
	c->frameIntervalP = fast || tuning != NV_ENC_TUNING_INFO_HIGH_QUALITY ? 1 : 3;
	c->rcParams.rateControlMode = NV_ENC_PARAMS_RC_VBR;
	c->rcParams.averageBitRate = 2000000;
	return NV_ENC_SUCCESS;
}

static struct settings settings_of(const NV_ENC_INITIALIZE_PARAMS *p, int hevc) {
	const NV_ENC_CONFIG *c = p->encodeConfig;
	const NV_ENC_CONFIG_H264_VUI_PARAMETERS *vui =
		hevc ? &c->encodeCodecConfig.hevcConfig.hevcVUIParameters : &c->encodeCodecConfig.h264Config.h264VUIParameters;
	const int repeat = hevc ? c->encodeCodecConfig.hevcConfig.repeatSPSPPS : c->encodeCodecConfig.h264Config.repeatSPSPPS;
	struct settings s = {
		.width = p->encodeWidth, .height = p->encodeHeight, .rate_num = p->frameRateNum, .rate_den = p->frameRateDen,
		.gop = c->gopLength, .bframes = c->frameIntervalP > 1 ? c->frameIntervalP - 1 : 0, .repeat_headers = repeat,
		.quality = c->rcParams.targetQuality, .bit_rate = c->rcParams.averageBitRate,
		.full_range = vui->videoFullRangeFlag, .matrix = vui->colourMatrix, .primaries = vui->colourPrimaries,
		.transfer = vui->transferCharacteristics,
	};
	if (c->rcParams.rateControlMode == NV_ENC_PARAMS_RC_CONSTQP)
		s.qp = c->rcParams.constQP.qpInterP > 1 ? c->rcParams.constQP.qpInterP : 1; // x264's 0 is another profile
	return s;
}

static NVENCSTATUS initialize(void *v, NV_ENC_INITIALIZE_PARAMS *p) {
	struct session *s = v;
	if (p->version != NV_ENC_INITIALIZE_PARAMS_VER || p->encodeConfig->version != NV_ENC_CONFIG_VER)
		return NV_ENC_ERR_INVALID_VERSION;
	if (p->encodeWidth < LEAST_WIDTH || p->encodeHeight < LEAST_HEIGHT)
		return NV_ENC_ERR_INVALID_PARAM;
	s->hevc = same(p->encodeGUID, NV_ENC_CODEC_HEVC_GUID);
	s->codec = s->hevc ? &standin_x265 : &standin_x264;
	s->settings = settings_of(p, s->hevc);
	s->picture = malloc((size_t)s->settings.width * s->settings.height * 3 / 2);
	s->state = s->codec->open(&s->settings);
	return s->state ? NV_ENC_SUCCESS : NV_ENC_ERR_INVALID_PARAM;
}

static NVENCSTATUS set_streams(void *v, NV_ENC_CUSTREAM_PTR in, NV_ENC_CUSTREAM_PTR out) {
	(void)out;
	((struct session *)v)->stream = *(CUstream *)in;
	return NV_ENC_SUCCESS;
}

static NVENCSTATUS sequence(void *v, NV_ENC_SEQUENCE_PARAM_PAYLOAD *p) {
	struct session *s = v;
	*p->outSPSPPSPayloadSize = s->codec->headers(s->state, p->spsppsBuffer, p->inBufferSize);
	return NV_ENC_SUCCESS;
}

// --- buffers -----------------------------------------------------------------------------------------------------------

static NVENCSTATUS create_bitstream(void *v, NV_ENC_CREATE_BITSTREAM_BUFFER *p) {
	(void)v;
	p->bitstreamBuffer = calloc(1, sizeof(struct bitstream));
	count(BITSTREAMS, 1);
	return NV_ENC_SUCCESS;
}

static NVENCSTATUS destroy_bitstream(void *v, NV_ENC_OUTPUT_PTR p) {
	struct session *s = v;
	if (!p)
		return NV_ENC_ERR_INVALID_PTR;
	for (struct bitstream **b = &s->waiting; *b; b = &(*b)->next)
		if (*b == p) {
			*b = (*b)->next;
			break;
		}
	free(((struct bitstream *)p)->packet);
	free(p);
	count(BITSTREAMS, -1);
	return NV_ENC_SUCCESS;
}

static NVENCSTATUS create_input(void *v, NV_ENC_CREATE_INPUT_BUFFER *p) {
	(void)v;
	(void)p;
	return NV_ENC_ERR_UNIMPLEMENTED;
}

static NVENCSTATUS register_resource(void *v, NV_ENC_REGISTER_RESOURCE *p) {
	struct session *s = v;
	if (p->bufferFormat != NV_ENC_BUFFER_FORMAT_NV12 || (int)p->width != s->settings.width || (int)p->height != s->settings.height)
		return NV_ENC_ERR_INVALID_PARAM;
	struct resource *r = malloc(sizeof(*r));
	*r = (struct resource){(CUdeviceptr)p->resourceToRegister, p->pitch};
	count(RESOURCES, 1);
	p->registeredResource = r;
	return NV_ENC_SUCCESS;
}

static NVENCSTATUS unregister_resource(void *v, NV_ENC_REGISTERED_PTR r) {
	(void)v;
	free(r);
	count(RESOURCES, -1);
	return NV_ENC_SUCCESS;
}

static NVENCSTATUS map_resource(void *v, NV_ENC_MAP_INPUT_RESOURCE *p) {
	(void)v;
	p->mappedResource = p->registeredResource;
	p->mappedBufferFmt = NV_ENC_BUFFER_FORMAT_NV12;
	return NV_ENC_SUCCESS;
}

static NVENCSTATUS unmap_resource(void *v, NV_ENC_INPUT_PTR p) {
	(void)v;
	(void)p;
	return NV_ENC_SUCCESS;
}

// --- encoding ----------------------------------------------------------------------------------------------------------

// fetch copies the picture from the GPU, once the stream has done what comes before.
static CUresult fetch(struct session *s, const struct resource *r) {
	const size_t width = s->settings.width, height = s->settings.height;
	CUDA_MEMCPY2D c = {
		.srcMemoryType = CU_MEMORYTYPE_DEVICE, .srcDevice = r->at, .srcPitch = r->pitch,
		.dstMemoryType = CU_MEMORYTYPE_HOST, .dstHost = s->picture, .dstPitch = width,
		.WidthInBytes = width, .Height = height + height / 2, // chroma lies at pitch times height
	};
	const CUresult err = cuMemcpy2DAsync_v2(&c, s->stream);
	return err ? err : cuStreamSynchronize(s->stream);
}

static void append(struct session *s, struct packet *p) {
	*s->last_packet = p;
	s->last_packet = &p->next;
}

// pair gives packets to the buffers that wait for them.
static void pair(struct session *s) {
	while (s->packets && s->waiting) {
		struct packet *p = s->packets;
		struct bitstream *b = s->waiting;
		if (!(s->packets = p->next))
			s->last_packet = &s->packets;
		if (!(s->waiting = b->next))
			s->last_waiting = &s->waiting;
		b->packet = p;
	}
}

static NVENCSTATUS encode(void *v, NV_ENC_PIC_PARAMS *p) {
	static struct calls calls;
	struct session *s = v;
	struct packet *packet;
	if (!s->state)
		return NV_ENC_ERR_ENCODER_NOT_INITIALIZED;
	if (p->encodePicFlags & NV_ENC_PIC_FLAG_EOS) {
		while ((packet = s->codec->encode(s->state, NULL, (struct stamp){0})))
			append(s, packet);
		pair(s);
		return NV_ENC_SUCCESS;
	}
	if (standin_fails("encode", &calls))
		return NV_ENC_ERR_GENERIC;
	if (fetch(s, p->inputBuffer))
		return NV_ENC_ERR_MAP_FAILED;
	struct bitstream *b = p->outputBitstream;
	b->next = NULL;
	*s->last_waiting = b;
	s->last_waiting = &b->next;
	packet = s->codec->encode(s->state, s->picture, (struct stamp){p->inputTimeStamp, p->inputDuration});
	if (!packet)
		return NV_ENC_ERR_NEED_MORE_INPUT;
	append(s, packet);
	pair(s);
	return NV_ENC_SUCCESS;
}

static NVENCSTATUS lock_bitstream(void *v, NV_ENC_LOCK_BITSTREAM *p) {
	(void)v;
	const struct packet *packet = ((struct bitstream *)p->outputBitstream)->packet;
	if (!packet)
		return NV_ENC_ERR_INVALID_PARAM;
	p->bitstreamBufferPtr = (void *)packet->data;
	p->bitstreamSizeInBytes = packet->size;
	p->outputTimeStamp = packet->stamp.time;
	p->outputDuration = packet->stamp.duration;
	p->pictureType = packet->type;
	p->frameAvgQP = 1;
	return NV_ENC_SUCCESS;
}

static NVENCSTATUS unlock_bitstream(void *v, NV_ENC_OUTPUT_PTR p) {
	(void)v;
	struct bitstream *b = p;
	free(b->packet);
	b->packet = NULL;
	return NV_ENC_SUCCESS;
}

static NVENCSTATUS reconfigure(void *v, NV_ENC_RECONFIGURE_PARAMS *p) {
	(void)v;
	(void)p;
	return NV_ENC_SUCCESS;
}

static NVENCSTATUS destroy(void *v) {
	struct session *s = v;
	if (s->state)
		s->codec->close(s->state);
	while (s->packets) {
		struct packet *p = s->packets;
		s->packets = p->next;
		free(p);
	}
	free(s->picture);
	free(s);
	count(SESSIONS, -1);
	return NV_ENC_SUCCESS;
}

static const char *last_error(void *v) {
	(void)v;
	return "an error of the stand-in";
}

EXPORT NVENCSTATUS NvEncodeAPIGetMaxSupportedVersion(uint32_t *version) {
	const int fault = standin_fault("nvenc_version");
	*version = fault ? fault : NVENCAPI_MAJOR_VERSION << 4 | NVENCAPI_MINOR_VERSION;
	return NV_ENC_SUCCESS;
}

EXPORT NVENCSTATUS NvEncodeAPICreateInstance(NV_ENCODE_API_FUNCTION_LIST *f) {
	f->nvEncOpenEncodeSessionEx = open_session;
	f->nvEncGetEncodeGUIDCount = count_codecs;
	f->nvEncGetEncodeGUIDs = list_codecs;
	f->nvEncGetEncodeCaps = capability;
	f->nvEncGetEncodePresetConfigEx = preset;
	f->nvEncInitializeEncoder = initialize;
	f->nvEncSetIOCudaStreams = set_streams;
	f->nvEncGetSequenceParams = sequence;
	f->nvEncCreateInputBuffer = create_input;
	f->nvEncCreateBitstreamBuffer = create_bitstream;
	f->nvEncDestroyBitstreamBuffer = destroy_bitstream;
	f->nvEncRegisterResource = register_resource;
	f->nvEncUnregisterResource = unregister_resource;
	f->nvEncMapInputResource = map_resource;
	f->nvEncUnmapInputResource = unmap_resource;
	f->nvEncEncodePicture = encode;
	f->nvEncLockBitstream = lock_bitstream;
	f->nvEncUnlockBitstream = unlock_bitstream;
	f->nvEncReconfigureEncoder = reconfigure;
	f->nvEncDestroyEncoder = destroy;
	f->nvEncGetLastErrorString = last_error;
	return NV_ENC_SUCCESS;
}
