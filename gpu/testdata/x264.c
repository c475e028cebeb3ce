#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <x264.h>

#include "encoder.h"
#include "nvEncodeAPI.h"

struct state {
	x264_t *x;
	int width, height;
	int held; // pictures in the encoder
};

// limit sets a constant bit rate, which is the only one that x264 can change later.
static void limit(x264_param_t *p, int bit_rate) {
	p->rc.i_bitrate = p->rc.i_vbv_max_bitrate = p->rc.i_vbv_buffer_size = bit_rate / 1000;
}

static void rates(x264_param_t *p, const struct settings *s) {
	if (s->qp > 0) {
		p->rc.i_rc_method = X264_RC_CQP;
		p->rc.i_qp_constant = s->qp;
		p->rc.f_ip_factor = p->rc.f_pb_factor = 1;
	} else if (s->quality > 0) {
		p->rc.i_rc_method = X264_RC_CRF;
		p->rc.f_rf_constant = s->quality;
	} else {
		p->rc.i_rc_method = X264_RC_ABR;
		limit(p, s->bit_rate);
	}
}

static void *open_x264(const struct settings *s) {
	x264_param_t p;
	x264_param_default_preset(&p, "ultrafast", "zerolatency");
	p.i_width = s->width;
	p.i_height = s->height;
	p.i_csp = X264_CSP_NV12;
	p.i_fps_num = s->rate_num;
	p.i_fps_den = s->rate_den;
	p.b_vfr_input = 0;
	p.i_threads = 1;
	p.i_log_level = X264_LOG_NONE;
	p.i_keyint_max = s->gop;
	p.i_bframe = s->bframes;
	p.i_scenecut_threshold = 0;
	p.b_repeat_headers = s->repeat_headers;
	p.vui.b_fullrange = s->full_range;
	p.vui.i_colmatrix = s->matrix;
	p.vui.i_colorprim = s->primaries;
	p.vui.i_transfer = s->transfer;
	rates(&p, s);
	struct state *st = calloc(1, sizeof(*st));
	*st = (struct state){.x = x264_encoder_open(&p), .width = s->width, .height = s->height};
	if (!st->x) {
		free(st);
		return NULL;
	}
	return st;
}

static int type_of(const x264_picture_t *p) {
	if (p->b_keyframe)
		return NV_ENC_PIC_TYPE_IDR;
	return p->i_type == X264_TYPE_B || p->i_type == X264_TYPE_BREF ? NV_ENC_PIC_TYPE_B : NV_ENC_PIC_TYPE_P;
}

static struct packet *encode(void *v, const uint8_t *nv12, struct stamp stamp) {
	struct state *st = v;
	x264_picture_t in, out;
	x264_nal_t *nals;
	int n;
	x264_picture_init(&in);
	if (nv12) {
		struct stamp *own = malloc(sizeof(*own));
		*own = stamp;
		in.opaque = own;
		in.i_pts = stamp.time;
		in.i_type = stamp.key ? X264_TYPE_IDR : X264_TYPE_AUTO;
		in.img.i_csp = X264_CSP_NV12;
		in.img.i_plane = 2;
		in.img.plane[0] = (uint8_t *)nv12;
		in.img.plane[1] = (uint8_t *)nv12 + (size_t)st->width * st->height;
		in.img.i_stride[0] = in.img.i_stride[1] = st->width;
		st->held++;
	}
	if (!st->held)
		return NULL;
	const int size = x264_encoder_encode(st->x, &nals, &n, nv12 ? &in : NULL, &out);
	if (size <= 0)
		return NULL;
	st->held--;
	struct packet *p = standin_packet(size, *(struct stamp *)out.opaque, type_of(&out));
	memcpy(p->data, nals[0].p_payload, size);
	free(out.opaque);
	return p;
}

// headers leaves out x264's own message, which is no header.
static int headers(void *v, uint8_t *to, int most) {
	struct state *st = v;
	x264_nal_t *nals;
	int n, size = 0;
	x264_encoder_headers(st->x, &nals, &n);
	for (int i = 0; i < n; i++)
		if ((nals[i].i_type == NAL_SPS || nals[i].i_type == NAL_PPS) && size + nals[i].i_payload <= most) {
			memcpy(to + size, nals[i].p_payload, nals[i].i_payload);
			size += nals[i].i_payload;
		}
	return size;
}

static void close_x264(void *v) {
	struct state *st = v;
	for (struct packet *p; (p = encode(st, NULL, (struct stamp){0})) || st->held;)
		free(p);
	x264_encoder_close(st->x);
	free(st);
}

static int set_rate(void *v, int bit_rate) {
	struct state *st = v;
	x264_param_t p;
	x264_encoder_parameters(st->x, &p);
	limit(&p, bit_rate);
	return x264_encoder_reconfig(st->x, &p);
}

const struct codec standin_x264 = {open_x264, encode, headers, close_x264, set_rate};
