#include <stdlib.h>
#include <string.h>

#include <aom/aom_encoder.h>
#include <aom/aomcx.h>

#include "encoder.h"
#include "nvEncodeAPI.h"

enum { FASTEST = 10, THEIRS_PER_OURS = 4, MOST = 252 }; // AV1 has quantizers up to 255, libaom up to 63

struct state {
	aom_codec_ctx_t aom;
	aom_image_t in;
	uint8_t *chroma; // U and V of the current picture, in planes
};

static void set_quality(aom_codec_enc_cfg_t *c, const struct settings *s) {
	c->rc_target_bitrate = s->bit_rate / 1000;
	c->rc_end_usage = s->qp > 0 || s->quality > 0 ? AOM_Q : AOM_VBR;
	if (s->qp > 0)
		c->rc_min_quantizer = c->rc_max_quantizer =
			s->qp < MOST ? (s->qp + THEIRS_PER_OURS - 1) / THEIRS_PER_OURS : MOST / THEIRS_PER_OURS;
}

static void *open_aom(const struct settings *s) {
	aom_codec_enc_cfg_t c;
	aom_codec_iface_t *av1 = aom_codec_av1_cx();
	if (aom_codec_enc_config_default(av1, &c, AOM_USAGE_REALTIME))
		return NULL;
	c.g_w = s->width;
	c.g_h = s->height;
	c.g_timebase = (aom_rational_t){s->rate_den, s->rate_num};
	c.g_threads = 1;
	c.g_lag_in_frames = 0;
	c.kf_max_dist = s->gop;
	set_quality(&c, s);
	struct state *st = calloc(1, sizeof(*st));
	if (aom_codec_enc_init(&st->aom, av1, &c, 0)) {
		free(st);
		return NULL;
	}
	aom_codec_control(&st->aom, AOME_SET_CPUUSED, FASTEST);
	aom_codec_control(&st->aom, AV1E_SET_COLOR_RANGE, s->full_range);
	aom_codec_control(&st->aom, AV1E_SET_MATRIX_COEFFICIENTS, s->matrix);
	aom_codec_control(&st->aom, AV1E_SET_COLOR_PRIMARIES, s->primaries);
	aom_codec_control(&st->aom, AV1E_SET_TRANSFER_CHARACTERISTICS, s->transfer);
	aom_codec_control(&st->aom, AV1E_SET_CHROMA_SAMPLE_POSITION, s->chroma_position);
	if (s->quality > 0)
		aom_codec_control(&st->aom, AOME_SET_CQ_LEVEL, s->quality);
	st->chroma = malloc((size_t)s->width * s->height / 2);
	st->in = (aom_image_t){
		.fmt = AOM_IMG_FMT_I420, .w = s->width, .h = s->height, .d_w = s->width, .d_h = s->height, .bit_depth = 8, .bps = 12,
		.x_chroma_shift = 1, .y_chroma_shift = 1, .stride = {s->width, s->width / 2, s->width / 2}, .range = s->full_range,
		.mc = s->matrix, .cp = s->primaries, .tc = s->transfer, .csp = s->chroma_position,
	};
	return st;
}

static struct packet *encode(void *v, const uint8_t *nv12, struct stamp stamp) {
	struct state *st = v;
	const size_t luma = (size_t)st->in.w * st->in.h;
	if (!nv12) // without a lag the encoder holds nothing back
		return NULL;
	standin_split(nv12 + luma, st->chroma, luma / 4);
	st->in.planes[0] = (uint8_t *)nv12;
	st->in.planes[1] = st->chroma;
	st->in.planes[2] = st->chroma + luma / 4;
	if (aom_codec_encode(&st->aom, &st->in, stamp.time, 1, stamp.key ? AOM_EFLAG_FORCE_KF : 0))
		return NULL;
	aom_codec_iter_t iter = NULL;
	for (const aom_codec_cx_pkt_t *got; (got = aom_codec_get_cx_data(&st->aom, &iter));)
		if (got->kind == AOM_CODEC_CX_FRAME_PKT) {
			const int key = got->data.frame.flags & AOM_FRAME_IS_KEY;
			struct packet *p = standin_packet(got->data.frame.sz, stamp, key ? NV_ENC_PIC_TYPE_IDR : NV_ENC_PIC_TYPE_P);
			memcpy(p->data, got->data.frame.buf, got->data.frame.sz);
			return p;
		}
	return NULL;
}

static int headers(void *v, uint8_t *to, int most) {
	struct state *st = v;
	aom_fixed_buf_t *sequence = aom_codec_get_global_headers(&st->aom);
	int size = 0;
	if (sequence && (int)sequence->sz <= most) {
		size = sequence->sz;
		memcpy(to, sequence->buf, size);
	}
	if (sequence)
		free(sequence->buf);
	free(sequence);
	return size;
}

static void close_aom(void *v) {
	struct state *st = v;
	aom_codec_destroy(&st->aom);
	free(st->chroma);
	free(st);
}

const struct codec standin_aom = {open_aom, encode, headers, close_aom, NULL};
