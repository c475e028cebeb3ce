// The kernels of one level. The file that includes this one has chosen the instructions, included
// vector.h and defined:
//
//	NAME                          the function to define
//	mulhi(a, b)                   upper 16 bits of the products of 16-bit words
//	pair_sums(bytes, weight)      words: sums of neighbouring bytes, times weight; at most 32640
//	store_high_bytes(u, v, a, b)  stores the upper bytes of the words a at u, those of b at v
//	split3(p, out), split4        N packed pixels to one vector for each byte of a pixel
//
// All arithmetic is in 8.8 fixed point, on words of 16 bits. A byte is shifted up by 8; an average
// has fraction bits. The upper half of the product with a coefficient in 1/65536 is 8.8 again. No
// sum overflows 16 bits (see coefficients.go).

#include <string.h>

#include "rgbyuv.h"

enum {
	STRIP = 4096, // pixels that are split at a time: whole rows, as they lie in memory
	AHEAD = 2048, // bytes, at least, that are read before those that are loaded ahead
	LARGE = 1 << 21, // pixels, more than 1080p: packed pictures beyond are loaded ahead
	CACHE_LINE = 64,
	HIGH = 0xff00,
};

// line points to R, G and B of a row, or of a strip of it.
struct line { const uint8_t *c[3]; };

// target points to the output: two rows of Y and one of chroma. NV12 has both chroma components in
// u.
struct target { uint8_t *y[2], *u, *v; };

// strip holds pixels of a row, channel by channel. One pixel before them serves the filters that
// look left; N pixels after them repeat the last one.
struct strip { uint8_t c[3][N + STRIP + N] __attribute__((aligned(N))); };

// ahead tells where the bytes lie that are converted next, from those that are converted now: by
// plane of the source and of the output.
struct ahead { ptrdiff_t src[3], dst[3]; };

struct coefficients { words y[3], u[3], v[3], y0, c0; };

INLINE words luma(const struct coefficients *k, const words c[3]) {
	return k->y0 + mulhi(c[0], k->y[0]) + mulhi(c[1], k->y[1]) + mulhi(c[2], k->y[2]);
}

INLINE words blue_difference(const struct coefficients *k, const words c[3]) {
	return k->c0 - mulhi(c[0], k->u[0]) - mulhi(c[1], k->u[1]) + mulhi(c[2], k->u[2]);
}

INLINE words red_difference(const struct coefficients *k, const words c[3]) {
	return k->c0 + mulhi(c[0], k->v[0]) - mulhi(c[1], k->v[1]) - mulhi(c[2], k->v[2]);
}

typedef words component(const struct coefficients *, const words[3]);

// of_bytes computes a component of N pixels: of the even pixels, of the odd pixels, then merged.
INLINE words of_bytes(component *f, const struct coefficients *k, const struct line *l, int x) {
	words even[3], odd[3];
	for (int i = 0; i < 3; i++) {
		const words pixels = load(l->c[i] + x);
		even[i] = pixels << 8;
		odd[i] = pixels & HIGH;
	}
	return f(k, even) >> 8 | (f(k, odd) & HIGH);
}

// average filters a channel of N pixels to N/2 chroma samples.
INLINE words average(int siting, const struct line l[3], int i, int x) {
	const uint8_t *row = l[0].c[i] + x, *below = l[1].c[i] + x, *above = l[2].c[i] + x;
	switch (siting) {
	case CENTRE:
		return pair_sums(load(row), 64) + pair_sums(load(below), 64);
	case LEFT:
		return pair_sums(load(row - 1), 32) + pair_sums(load(row), 32) + pair_sums(load(below - 1), 32) +
			pair_sums(load(below), 32);
	default:
		return pair_sums(load(above - 1), 16) + pair_sums(load(above), 16) + pair_sums(load(row - 1), 32) +
			pair_sums(load(row), 32) + pair_sums(load(below - 1), 16) + pair_sums(load(below), 16);
	}
}

// rows_of returns how many rows share their chroma.
INLINE int rows_of(int output) { return output == I420 || output == NV12 ? 2 : 1; }

// prefetch loads the bytes ahead of those at x. Processors load memory ahead by themselves, but
// follow fewer rows than the planes have, and none beyond a page of 4096 bytes.
INLINE void prefetch(int output, const struct line l[3], struct target t, const struct ahead *a, int x) {
	enum { WRITE = 1 };
	if (x % CACHE_LINE)
		return;
	for (int row = 0; row < rows_of(output); row++) {
		for (int i = 0; i < 3; i++)
			__builtin_prefetch(l[row].c[i] + x + a->src[i]);
		__builtin_prefetch(t.y[row] + x + a->dst[0], WRITE);
	}
	const int chroma = output == I420 ? x / 2 : x;
	if (output == GRAY || chroma % CACHE_LINE)
		return;
	__builtin_prefetch(t.u + chroma + a->dst[1], WRITE);
	if (output != NV12)
		__builtin_prefetch(t.v + chroma + a->dst[2], WRITE);
}

// vectors converts n pixels, a multiple of N. The lines are the row, the row below and the row
// above. NULL instead of what lies ahead: it is in a cache.
INLINE void vectors(int output, int siting, const struct coefficients *k, const struct line l[3], struct target t,
	const struct ahead *a, int n) {
	for (int x = 0; x < n; x += N) {
		if (a)
			prefetch(output, l, t, a, x);
		if (output == RGB) {
			store(t.y[0] + x, load(l[0].c[0] + x));
			store(t.u + x, load(l[0].c[1] + x));
			store(t.v + x, load(l[0].c[2] + x));
			continue;
		}
		words y = of_bytes(luma, k, &l[0], x);
		if (output == I420 || output == NV12) {
			words c[3];
			for (int i = 0; i < 3; i++)
				c[i] = average(siting, l, i, x);
			words u = blue_difference(k, c), v = red_difference(k, c);
			words y1 = of_bytes(luma, k, &l[1], x);
			store(t.y[1] + x, y1);
			if (output == NV12)
				store(t.u + x, interleave_high_bytes(u, v));
			else
				store_high_bytes(t.u + x / 2, t.v + x / 2, u, v);
		}
		if (output == I444) {
			words u = of_bytes(blue_difference, k, &l[0], x), v = of_bytes(red_difference, k, &l[0], x);
			store(t.u + x, u);
			store(t.v + x, v);
		}
		store(t.y[0] + x, y);
	}
}

// chroma_bytes returns the length of a chroma row; I420 and I444 have two such rows.
INLINE int chroma_bytes(int output, int width) {
	switch (output) {
	case GRAY: return 0;
	case I444:
	case RGB: return width;
	case I420: return width / 2 + width % 2;
	default: return 2 * (width / 2 + width % 2);
	}
}

INLINE struct target advance(int output, struct target t, int x) {
	int c = chroma_bytes(output, x);
	return (struct target){{t.y[0] + x, t.y[1] + x}, c ? t.u + c : t.u, c && output != NV12 ? t.v + c : t.v};
}

// strip_pixels converts n pixels of strips, at most STRIP. The pixels that do not fill a vector are
// computed in a buffer, so that no byte behind the picture is written.
INLINE void strip_pixels(
	int output, int siting, const struct coefficients *k, const struct strip s[3], struct target t, int n) {
	struct line l[3];
	for (int row = 0; row < 3; row++)
		for (int i = 0; i < 3; i++)
			l[row].c[i] = s[row].c[i] + N;
	int whole = n / N * N, rest = n % N;
	vectors(output, siting, k, l, t, NULL, whole);
	if (!rest)
		return;
	for (int row = 0; row < 3; row++)
		for (int i = 0; i < 3; i++)
			l[row].c[i] += whole;
	uint8_t tail[4][N];
	vectors(output, siting, k, l, (struct target){{tail[0], tail[1]}, tail[2], tail[3]}, NULL, N);
	t = advance(output, t, whole);
	memcpy(t.y[0], tail[0], rest);
	if (output == I420 || output == NV12)
		memcpy(t.y[1], tail[1], rest);
	if (output != GRAY)
		memcpy(t.u, tail[2], chroma_bytes(output, rest));
	if (output == I444 || output == I420 || output == RGB)
		memcpy(t.v, tail[3], chroma_bytes(output, rest));
}

// split separates n packed pixels into whole vectors of three of their bytes, starting with the
// byte "first". It loads the pixels that lie "ahead" bytes from these; 0: none.
INLINE void split(int step, int first, const uint8_t *p, int n, ptrdiff_t ahead, uint8_t *const to[3]) {
	uint8_t tail[4 * N] = {0};
	for (int x = 0; x < n; x += N) {
		const uint8_t *from = p + step * x;
		for (int i = 0; ahead && i < step * N; i += CACHE_LINE)
			__builtin_prefetch(from + ahead + i);
		if (n - x < N)
			from = memcpy(tail, from, step * (n - x));
		words c[4];
		step == 3 ? split3(from, c) : split4(from, c);
		for (int i = 0; i < 3; i++)
			store(to[i] + x, c[first + i]);
	}
}

// spread_chroma repeats the chroma samples from "first" on, each 1 << shift times, until there are
// at least n. With a shift of 0 it returns the samples in place.
INLINE const uint8_t *spread_chroma(const uint8_t *row, int first, int shift, int n, uint8_t *to) {
	row += first;
	const int samples = (n >> shift) + 1;
	switch (shift) {
	case 0:
		return row;
	case 1:
		for (int i = 0; i < samples - 1; i++)
			to[2 * i] = to[2 * i + 1] = row[i];
		break;
	default:
		for (int i = 0; i < samples - 1; i++)
			to[4 * i] = to[4 * i + 1] = to[4 * i + 2] = to[4 * i + 3] = row[i];
	}
	for (int i = (samples - 1) << shift; i < n; i++)
		to[i] = row[samples - 1];
	return to;
}

INLINE uint8_t clipped(int v) { return v < 0 ? 0 : v > 255 ? 255 : v; }

// fetch_jpeg fills the channels with n pixels of row y from x on, as ITU-T T.871 and Go's
// image/color define them: each chroma sample stands for its whole block. The coefficients, in
// multiples of 1/65536, and the rounding are Go's, so that the pixels are equal to the last bit.
static void fetch_jpeg(const struct rgbyuv_config *c, const struct rgbyuv_picture *p, int y, int x, int n,
	uint8_t *r, uint8_t *g, uint8_t *b) {
	enum { BLOCK = 4 };
	uint8_t blue[STRIP + BLOCK], red[STRIP + BLOCK];
	const int column = x + p->phase[0], within = column & ((1 << c->shift[0]) - 1), first = column >> c->shift[0];
	const ptrdiff_t row = (y + p->phase[1]) >> c->shift[1];
	const uint8_t *luma_row = p->src[0] + y * p->src_stride[0] + x;
	const uint8_t *cb = spread_chroma(p->src[1] + row * p->src_stride[1], first, c->shift[0], within + n, blue) + within;
	const uint8_t *cr = spread_chroma(p->src[2] + row * p->src_stride[2], first, c->shift[0], within + n, red) + within;
	for (int i = 0; i < n; i++) {
		const int l = luma_row[i] * 0x10101, u = cb[i] - 128, v = cr[i] - 128;
		r[i] = clipped((l + 91881 * v) >> 16);
		g[i] = clipped((l - 22554 * u - 46802 * v) >> 16);
		b[i] = clipped((l + 116130 * u) >> 16);
	}
}

// fetch_jpeg_strip fills a strip as fetch_jpeg does, with the pixel before it.
static void fetch_jpeg_strip(
	const struct rgbyuv_config *c, const struct rgbyuv_picture *p, int y, int x, int n, struct strip *s) {
	uint8_t *r = s->c[0] + N, *g = s->c[1] + N, *b = s->c[2] + N;
	fetch_jpeg(c, p, y, x, n, r, g, b);
	if (x)
		fetch_jpeg(c, p, y, x - 1, 1, r - 1, g - 1, b - 1);
	else
		r[-1] = r[0], g[-1] = g[0], b[-1] = b[0];
}

INLINE void repeat_last(struct strip *s, int n) {
	for (int i = 0; i < 3; i++)
		memset(s->c[i] + N + n, s->c[i][N + n - 1], N);
}

// packed_ahead returns how far ahead packed pixels are loaded, in bytes; 0: they are not.
INLINE ptrdiff_t packed_ahead(const struct rgbyuv_config *c, const struct rgbyuv_picture *p) {
	if (!c->step || (ptrdiff_t)p->width * p->height <= LARGE)
		return 0;
	const ptrdiff_t stride = p->src_stride[0];
	return (stride < 0 ? -stride : stride) * (1 + AHEAD / (c->step * p->width));
}

// split_pixels splits n pixels. The code of small pictures has no trace of what is loaded ahead.
INLINE void split_pixels(int step, int first, const uint8_t *p, int n, ptrdiff_t ahead, uint8_t *const to[3]) {
	if (ahead)
		split(step, first, p, n, ahead, to);
	else
		split(step, first, p, n, 0, to);
}

// fetch fills a strip with n pixels of row y from x on.
static void fetch(const struct rgbyuv_config *c, const struct rgbyuv_picture *p, int y, int x, int n, struct strip *s) {
	if (!c->step) {
		fetch_jpeg_strip(c, p, y, x, n, s);
		repeat_last(s, n);
		return;
	}
	const uint8_t *row = p->src[0] + y * p->src_stride[0] + (ptrdiff_t)x * c->step;
	ptrdiff_t left = x ? -c->step : 0;
	uint8_t *to[4] = {0}; // by byte of the pixel
	for (int i = 0; i < 3; i++) {
		uint8_t *channel = s->c[i] + N;
		if (c->step == 1) {
			const uint8_t *plane = p->src[c->order[i]] + y * p->src_stride[c->order[i]] + x;
			memcpy(channel, plane, n);
			channel[-1] = plane[left];
		} else {
			to[c->order[i]] = channel;
			channel[-1] = row[left + c->order[i]];
		}
	}
	if (c->step == 3)
		split_pixels(3, 0, row, n, packed_ahead(c, p), to);
	else if (c->step == 4 && to[0])
		split_pixels(4, 0, row, n, packed_ahead(c, p), to);
	else if (c->step == 4)
		split_pixels(4, 1, row, n, packed_ahead(c, p), to + 1);
	repeat_last(s, n);
}

INLINE struct coefficients spread(const struct rgbyuv_config *c) {
	struct coefficients k = {.y0 = (words){0} + c->y0, .c0 = (words){0} + c->c0};
	for (int i = 0; i < 3; i++) {
		k.y[i] = (words){0} + c->y[i];
		k.u[i] = (words){0} + c->u[i];
		k.v[i] = (words){0} + c->v[i];
	}
	return k;
}

// picture converts rows, two at a time if two rows share their chroma. It reads them in the order in
// which they lie in memory, for which processors load memory ahead. Whole vectors of planes are
// read in place, unless the filter looks left; all other pixels go through strips.
INLINE void picture(int output, int siting, const struct rgbyuv_config *c, const struct rgbyuv_picture *p) {
	const struct coefficients k = spread(c);
	const int rows = rows_of(output);
	const int direct = c->step == 1 && (rows == 1 || siting == CENTRE) ? p->width / N * N : 0;
	struct strip s[3];
	const int steps = (p->y1 - p->y0 + rows - 1) / rows, upwards = p->src_stride[0] < 0;
	for (int step = 0; step < steps; step++) {
		const int y = p->y0 + rows * (upwards ? steps - 1 - step : step);
		const int below = y + 1 < p->height ? y + 1 : y, above = y ? y - 1 : y;
		struct target t = {
			{p->dst[0] + y * p->dst_stride[0], p->dst[0] + below * p->dst_stride[0]},
			p->dst[1] + y / rows * p->dst_stride[1],
			p->dst[2] + y / rows * p->dst_stride[2],
		};
		if (direct) {
			struct line l[3];
			struct ahead a;
			const int steps_ahead = 1 + AHEAD / (rows * p->width), next = upwards ? -steps_ahead : steps_ahead;
			for (int i = 0; i < 3; i++) {
				const uint8_t *plane = p->src[c->order[i]];
				l[0].c[i] = plane + y * p->src_stride[c->order[i]];
				l[1].c[i] = plane + below * p->src_stride[c->order[i]];
				a.src[i] = next * rows * p->src_stride[c->order[i]];
				a.dst[i] = next * (i ? 1 : rows) * p->dst_stride[i];
			}
			vectors(output, siting, &k, l, t, &a, direct);
		}
		for (int x = direct; x < p->width; x += STRIP) {
			const int n = p->width - x < STRIP ? p->width - x : STRIP;
			if (rows == 2 && upwards)
				fetch(c, p, below, x, n, &s[1]);
			fetch(c, p, y, x, n, &s[0]);
			if (rows == 2 && !upwards)
				fetch(c, p, below, x, n, &s[1]);
			if (rows == 2 && siting == TOP_LEFT)
				fetch(c, p, above, x, n, &s[2]);
			strip_pixels(output, siting, &k, s, advance(output, t, x), n);
		}
	}
}

#define PICTURE(name, output, siting) \
	static void name(const struct rgbyuv_config *c, const struct rgbyuv_picture *p) { picture(output, siting, c, p); }

PICTURE(gray, GRAY, CENTRE)
PICTURE(i444, I444, CENTRE)
PICTURE(rgb, RGB, CENTRE)
PICTURE(i420_centre, I420, CENTRE)
PICTURE(i420_left, I420, LEFT)
PICTURE(i420_top_left, I420, TOP_LEFT)
PICTURE(nv12_centre, NV12, CENTRE)
PICTURE(nv12_left, NV12, LEFT)
PICTURE(nv12_top_left, NV12, TOP_LEFT)

void NAME(const struct rgbyuv_config *c, const struct rgbyuv_picture *p) {
	static rgbyuv_convert_fn *const kernels[][3] = {
		[GRAY] = {gray, gray, gray},
		[I444] = {i444, i444, i444},
		[I420] = {i420_centre, i420_left, i420_top_left},
		[NV12] = {nv12_centre, nv12_left, nv12_top_left},
		[RGB] = {rgb, rgb, rgb},
	};
	kernels[c->output][c->siting](c, p);
}
