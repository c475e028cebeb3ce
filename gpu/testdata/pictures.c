// Pictures, the buffers of input and output, and the encoding.
#include "session.h"

// These functions are those of the loaded libcuda.so.1: the stand-in's or NVIDIA's.
CUresult cuMemcpy2DAsync_v2(const CUDA_MEMCPY2D *, CUstream);
CUresult cuStreamSynchronize(CUstream);

struct packet *standin_packet(size_t size, struct stamp stamp, int type) {
	struct packet *p = malloc(sizeof(*p) + size);
	*p = (struct packet){.stamp = stamp, .type = type, .size = size};
	return p;
}

void standin_split(const uint8_t *pairs, uint8_t *to, size_t n) {
	for (size_t i = 0; i < n; i++) {
		to[i] = pairs[2 * i];
		to[n + i] = pairs[2 * i + 1];
	}
}

// --- buffers ---

NVENCSTATUS standin_create_bitstream(void *v, NV_ENC_CREATE_BITSTREAM_BUFFER *p) {
	(void)v;
	p->bitstreamBuffer = calloc(1, sizeof(struct bitstream));
	count(BITSTREAMS, 1);
	return NV_ENC_SUCCESS;
}

NVENCSTATUS standin_destroy_bitstream(void *v, NV_ENC_OUTPUT_PTR p) {
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

NVENCSTATUS standin_register_resource(void *v, NV_ENC_REGISTER_RESOURCE *p) {
	struct session *s = v;
	if (p->bufferFormat != NV_ENC_BUFFER_FORMAT_NV12 ||
		(int)p->width != s->settings.width || (int)p->height != s->settings.height)
		return NV_ENC_ERR_INVALID_PARAM;
	struct resource *r = malloc(sizeof(*r));
	*r = (struct resource){(CUdeviceptr)p->resourceToRegister, p->pitch};
	count(RESOURCES, 1);
	p->registeredResource = r;
	return NV_ENC_SUCCESS;
}

NVENCSTATUS standin_unregister_resource(void *v, NV_ENC_REGISTERED_PTR r) {
	(void)v;
	free(r);
	count(RESOURCES, -1);
	return NV_ENC_SUCCESS;
}

NVENCSTATUS standin_map_resource(void *v, NV_ENC_MAP_INPUT_RESOURCE *p) {
	(void)v;
	p->mappedResource = p->registeredResource;
	p->mappedBufferFmt = NV_ENC_BUFFER_FORMAT_NV12;
	return NV_ENC_SUCCESS;
}

NVENCSTATUS standin_unmap_resource(void *v, NV_ENC_INPUT_PTR p) {
	(void)v;
	(void)p;
	return NV_ENC_SUCCESS;
}

// --- encoding ---

// fetch copies the picture from the GPU, after the work that the stream was given before.
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

NVENCSTATUS standin_encode(void *v, NV_ENC_PIC_PARAMS *p) {
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
	const int key = s->force_key || p->encodePicFlags & NV_ENC_PIC_FLAG_FORCEIDR;
	s->force_key = 0;
	packet = s->codec->encode(s->state, s->picture, (struct stamp){p->inputTimeStamp, p->inputDuration, key});
	if (!packet)
		return NV_ENC_ERR_NEED_MORE_INPUT;
	append(s, packet);
	pair(s);
	return NV_ENC_SUCCESS;
}

NVENCSTATUS standin_lock_bitstream(void *v, NV_ENC_LOCK_BITSTREAM *p) {
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

NVENCSTATUS standin_unlock_bitstream(void *v, NV_ENC_OUTPUT_PTR p) {
	(void)v;
	struct bitstream *b = p;
	free(b->packet);
	b->packet = NULL;
	return NV_ENC_SUCCESS;
}
