// NVENC: its sessions and capabilities. Functions that FFmpeg's nvenc.c does not call are missing.
#include <string.h>

#include "session.h"

enum { LEAST_WIDTH = 145, LEAST_HEIGHT = 49, MOST = 4096 }; // pixels; NVENC's limits for H.264

static int same(GUID a, GUID b) { return !memcmp(&a, &b, sizeof(a)); }

// --- opening ---

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
	static GUID all[3];
	all[0] = NV_ENC_CODEC_H264_GUID;
	all[1] = NV_ENC_CODEC_HEVC_GUID;
	all[2] = NV_ENC_CODEC_AV1_GUID;
	*n = standin_fault("h264_only") ? 1 : standin_fault("no_av1") ? 2 : 3;
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

static void describe_h26x(struct settings *s, const NV_ENC_CONFIG_H264_VUI_PARAMETERS *vui, int repeat_headers) {
	s->repeat_headers = repeat_headers;
	s->full_range = vui->videoFullRangeFlag;
	s->matrix = vui->colourMatrix;
	s->primaries = vui->colourPrimaries;
	s->transfer = vui->transferCharacteristics;
}

static void describe_av1(struct settings *s, const NV_ENC_CONFIG_AV1 *c) {
	s->full_range = c->colorRange;
	s->matrix = c->matrixCoefficients;
	s->primaries = c->colorPrimaries;
	s->transfer = c->transferCharacteristics;
	s->chroma_position = c->chromaSamplePosition;
}

// settings_of reads the settings of a session, and chooses its encoder.
static struct settings settings_of(const NV_ENC_INITIALIZE_PARAMS *p, const struct codec **codec) {
	const NV_ENC_CONFIG *c = p->encodeConfig;
	struct settings s = {
		.width = p->encodeWidth, .height = p->encodeHeight, .rate_num = p->frameRateNum, .rate_den = p->frameRateDen,
		.gop = c->gopLength, .bframes = c->frameIntervalP > 1 ? c->frameIntervalP - 1 : 0,
		.quality = c->rcParams.targetQuality, .bit_rate = c->rcParams.averageBitRate,
	};
	if (same(p->encodeGUID, NV_ENC_CODEC_AV1_GUID)) {
		*codec = &standin_aom;
		describe_av1(&s, &c->encodeCodecConfig.av1Config);
	} else if (same(p->encodeGUID, NV_ENC_CODEC_HEVC_GUID)) {
		*codec = &standin_x265;
		describe_h26x(&s, &c->encodeCodecConfig.hevcConfig.hevcVUIParameters, c->encodeCodecConfig.hevcConfig.repeatSPSPPS);
	} else {
		*codec = &standin_x264;
		describe_h26x(&s, &c->encodeCodecConfig.h264Config.h264VUIParameters, c->encodeCodecConfig.h264Config.repeatSPSPPS);
	}
	if (c->rcParams.rateControlMode == NV_ENC_PARAMS_RC_CONSTQP)
		s.qp = c->rcParams.constQP.qpInterP > 1 ? c->rcParams.constQP.qpInterP : 1; // 0 makes x264 use another profile
	return s;
}

static NVENCSTATUS initialize(void *v, NV_ENC_INITIALIZE_PARAMS *p) {
	struct session *s = v;
	if (p->version != NV_ENC_INITIALIZE_PARAMS_VER || p->encodeConfig->version != NV_ENC_CONFIG_VER)
		return NV_ENC_ERR_INVALID_VERSION;
	if (p->encodeWidth < LEAST_WIDTH || p->encodeHeight < LEAST_HEIGHT)
		return NV_ENC_ERR_INVALID_PARAM;
	s->settings = settings_of(p, &s->codec);
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

static NVENCSTATUS create_input(void *v, NV_ENC_CREATE_INPUT_BUFFER *p) {
	(void)v;
	(void)p;
	return NV_ENC_ERR_UNIMPLEMENTED;
}

// reconfigure changes the bit rate. Without a config, nothing that the stand-in uses changes.
static NVENCSTATUS reconfigure(void *v, NV_ENC_RECONFIGURE_PARAMS *p) {
	struct session *s = v;
	const NV_ENC_CONFIG *c = p->reInitEncodeParams.encodeConfig;
	s->force_key = p->forceIDR;
	if (!c)
		return NV_ENC_SUCCESS;
	if (!s->codec->set_rate)
		return NV_ENC_ERR_UNIMPLEMENTED;
	return s->codec->set_rate(s->state, c->rcParams.averageBitRate) ? NV_ENC_ERR_INVALID_PARAM : NV_ENC_SUCCESS;
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
	f->nvEncCreateBitstreamBuffer = standin_create_bitstream;
	f->nvEncDestroyBitstreamBuffer = standin_destroy_bitstream;
	f->nvEncRegisterResource = standin_register_resource;
	f->nvEncUnregisterResource = standin_unregister_resource;
	f->nvEncMapInputResource = standin_map_resource;
	f->nvEncUnmapInputResource = standin_unmap_resource;
	f->nvEncEncodePicture = standin_encode;
	f->nvEncLockBitstream = standin_lock_bitstream;
	f->nvEncUnlockBitstream = standin_unlock_bitstream;
	f->nvEncReconfigureEncoder = reconfigure;
	f->nvEncDestroyEncoder = destroy;
	f->nvEncGetLastErrorString = last_error;
	return NV_ENC_SUCCESS;
}
