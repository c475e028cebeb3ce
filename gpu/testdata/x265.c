#include <stdio.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <x265.h>

#include "encoder.h"
#include "nvEncodeAPI.h"

struct state {
	x265_encoder *x;
	x265_param *param;
	int width, height, held;
	uint8_t *chroma; // U and V of the current picture, in planes
};

static void *open_x265(const struct settings *s) {
	x265_param *p = x265_param_alloc();
	x265_param_default_preset(p, "ultrafast", "zerolatency");
	p->logLevel = X265_LOG_NONE;
	p->sourceWidth = s->width;
	p->sourceHeight = s->height;
	p->internalCsp = X265_CSP_I420;
	p->fpsNum = s->rate_num;
	p->fpsDenom = s->rate_den;
	p->keyframeMax = s->gop;
	p->bframes = s->bframes;
	p->lookaheadDepth = s->bframes ? s->bframes + 1 : 0;
	p->bOpenGOP = 0;
	p->scenecutThreshold = 0;
	p->bRepeatHeaders = s->repeat_headers;
	p->bEmitInfoSEI = 0;
	p->vui.bEnableVideoSignalTypePresentFlag = p->vui.bEnableColorDescriptionPresentFlag = 1;
	p->vui.bEnableVideoFullRangeFlag = s->full_range;
	p->vui.matrixCoeffs = s->matrix;
	p->vui.colorPrimaries = s->primaries;
	p->vui.transferCharacteristics = s->transfer;
	p->rc.rateControlMode = s->qp > 0 ? X265_RC_CQP : s->quality > 0 ? X265_RC_CRF : X265_RC_ABR;
	p->rc.qp = s->qp;
	p->rc.rfConstant = s->quality;
	p->rc.bitrate = s->bit_rate / 1000;
	p->rc.ipFactor = p->rc.pbFactor = 1;
	x265_param_parse(p, "pools", "1");
	p->frameNumThreads = 1;
	struct state *st = calloc(1, sizeof(*st));
	*st = (struct state){.param = p, .width = s->width, .height = s->height, .x = x265_encoder_open(p)};
	if (!st->x) {
		x265_param_free(p);
		free(st);
		return NULL;
	}
	st->chroma = malloc((size_t)s->width * s->height / 2);
	return st;
}

static int type_of(const x265_picture *p) {
	if (p->sliceType == X265_TYPE_IDR)
		return NV_ENC_PIC_TYPE_IDR;
	return p->sliceType == X265_TYPE_B || p->sliceType == X265_TYPE_BREF ? NV_ENC_PIC_TYPE_B : NV_ENC_PIC_TYPE_P;
}

static void fill(struct state *st, x265_picture *in, const uint8_t *nv12) {
	const size_t luma = (size_t)st->width * st->height, half = luma / 4;
	standin_split(nv12 + luma, st->chroma, half);
	in->planes[0] = (uint8_t *)nv12;
	in->planes[1] = st->chroma;
	in->planes[2] = st->chroma + half;
	in->stride[0] = st->width;
	in->stride[1] = in->stride[2] = st->width / 2;
	in->bitDepth = 8;
	in->colorSpace = X265_CSP_I420;
}

static struct packet *encode(void *v, const uint8_t *nv12, struct stamp stamp) {
	struct state *st = v;
	x265_picture in, out;
	x265_nal *nals;
	uint32_t n;
	x265_picture_init(st->param, &in);
	if (nv12) {
		struct stamp *own = malloc(sizeof(*own));
		*own = stamp;
		in.userData = own;
		in.pts = stamp.time;
		in.sliceType = stamp.key ? X265_TYPE_IDR : X265_TYPE_AUTO;
		fill(st, &in, nv12);
		st->held++;
	}
	if (!st->held || x265_encoder_encode(st->x, &nals, &n, nv12 ? &in : NULL, &out) <= 0)
		return NULL;
	st->held--;
	size_t size = 0;
	for (uint32_t i = 0; i < n; i++)
		size += nals[i].sizeBytes;
	struct packet *p = standin_packet(size, *(struct stamp *)out.userData, type_of(&out));
	memcpy(p->data, nals[0].payload, size);
	free(out.userData);
	return p;
}

static int headers(void *v, uint8_t *to, int most) {
	struct state *st = v;
	x265_nal *nals;
	uint32_t n;
	const int size = x265_encoder_headers(st->x, &nals, &n);
	if (size <= 0 || size > most)
		return 0;
	memcpy(to, nals[0].payload, size);
	return size;
}

static void close_x265(void *v) {
	struct state *st = v;
	for (struct packet *p; (p = encode(st, NULL, (struct stamp){0})) || st->held;)
		free(p);
	x265_encoder_close(st->x);
	x265_param_free(st->param);
	free(st->chroma);
	free(st);
}

const struct codec standin_x265 = {open_x265, encode, headers, close_x265, NULL};
