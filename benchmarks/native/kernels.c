// The kernels of internal/rgbyuv, called from C: for the benchmarks, beside swscale, libyuv and memcpy,
// and for callgrind, which counts their instructions.
//
//	kernels count INPUT OUTPUT LEVEL WIDTH HEIGHT    converts one picture
//	kernels bench PICTURES WIDTH HEIGHT              speaks the protocol of all contenders (benchmarks/internal/contend)
//
// It knows swscale where it is built with -DPEERS, and libyuv where it is built with -DLIBYUV.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "rgbyuv.h"

#ifdef PEERS
#include <libavutil/frame.h>
#include <libswscale/swscale.h>
#endif
#ifdef LIBYUV
#include <libyuv.h>
#endif

// The inputs and outputs that are measured. The numbers are those of config.go.
static const struct input { const char *name; int step; } inputs[] = {{"planar", 1}, {"rgb24", 3}, {"rgba", 4}};
static const char *const outputs[] = {[GRAY] = "gray", [I444] = "yuv444p", [I420] = "yuv420p", [NV12] = "nv12"};
static const char *const levels[] = {[BASE] = "base", [AVX2] = "avx2", [AVX512] = "avx512"};

enum { INPUTS = 3, OUTPUTS = 4, MOST_BYTES = 4 };

static int width, height;
static uint8_t *source[INPUTS], *target, *copy;

static int find(const char *name, const char *const *names, int n) {
	for (int i = 0; i < n; i++)
		if (!strcmp(names[i], name))
			return i;
	fprintf(stderr, "kernels: what is %s?\n", name);
	exit(2);
}

static int find_input(const char *name) {
	const char *names[INPUTS];
	for (int i = 0; i < INPUTS; i++)
		names[i] = inputs[i].name;
	return find(name, names, INPUTS);
}

static int input_bytes(int in) { return (inputs[in].step == 4 ? 4 : 3) * width * height; }

// config is BT.709 with limited range; the coefficients do not matter for the time.
static struct rgbyuv_config config(int in, int out, int level) {
	return (struct rgbyuv_config){
		.level = level, .output = out, .siting = CENTRE, .step = inputs[in].step, .order = {0, 1, 2},
		.y = {11966, 40254, 4064}, .u = {6596, 22188, 28784}, .v = {28784, 26145, 2639},
		.y0 = 16 * 256 + 129, .c0 = 128 * 256 + 128,
	};
}

// planes says where the planes of the output lie in the target.
static void planes(int out, uint8_t *p[3], ptrdiff_t stride[3]) {
	int cw = out == I444 ? width : (width + 1) / 2, ch = out == I444 ? height : (height + 1) / 2;
	p[0] = target;
	p[1] = out == GRAY ? NULL : target + width * height;
	p[2] = out == GRAY || out == NV12 ? NULL : p[1] + cw * ch;
	stride[0] = width;
	stride[1] = out == NV12 ? 2 * cw : cw;
	stride[2] = cw;
}

static void convert(int in, int out, int level) {
	struct rgbyuv_config c = config(in, out, level);
	int step = inputs[in].step, row = step * width, plane = step == 1 ? width * height : 0;
	uint8_t *p[3];
	ptrdiff_t stride[3];
	planes(out, p, stride);
	rgbyuv_convert(&c, source[in], row, source[in] + plane, row, source[in] + 2 * plane, row,
		p[0], stride[0], p[1], stride[1], p[2], stride[2], width, height, 0, height, 0, 0);
}

static void allocate(void) {
	for (int in = 0; in < INPUTS; in++) {
		source[in] = malloc(input_bytes(in));
		for (int i = 0; i < input_bytes(in); i++)
			source[in][i] = (i * 7 + i / width * 13) & 255;
	}
	target = malloc(MOST_BYTES * width * height);
	copy = malloc(MOST_BYTES * width * height);
	memset(target, 1, MOST_BYTES * width * height);
	memset(copy, 1, MOST_BYTES * width * height);
}

// load makes the three inputs of one picture of packed RGB.
static void load(const char *name) {
	FILE *f = fopen(name, "rb");
	if (!f || fread(source[1], 1, input_bytes(1), f) != (size_t)input_bytes(1)) {
		fprintf(stderr, "kernels: cannot read %s\n", name);
		exit(1);
	}
	fclose(f);
	for (int i = 0; i < width * height; i++)
		for (int c = 0; c < 3; c++) {
			source[0][c * width * height + i] = source[1][3 * i + c];
			source[2][4 * i + c] = source[1][3 * i + c];
		}
}

#ifdef PEERS
static const enum AVPixelFormat formats_in[] = {AV_PIX_FMT_GBRP, AV_PIX_FMT_RGB24, AV_PIX_FMT_RGBA};
static const enum AVPixelFormat formats_out[] = {
	[GRAY] = AV_PIX_FMT_GRAY8, [I444] = AV_PIX_FMT_YUV444P, [I420] = AV_PIX_FMT_YUV420P, [NV12] = AV_PIX_FMT_NV12,
};

// swscale converts with the settings that avloom gives it for conversions without a kernel.
static void swscale(int in, int out) {
	static struct SwsContext *contexts[INPUTS][OUTPUTS];
	static AVFrame *src, *dst;
	if (!src) {
		src = av_frame_alloc();
		dst = av_frame_alloc();
	}
	struct SwsContext **c = &contexts[in][out];
	if (!*c) {
		*c = sws_alloc_context();
		(*c)->flags = SWS_AREA | SWS_ACCURATE_RND;
	}
	src->format = formats_in[in];
	dst->format = formats_out[out];
	src->width = dst->width = width;
	src->height = dst->height = height;
	src->colorspace = AVCOL_SPC_RGB;
	src->color_range = AVCOL_RANGE_JPEG;
	dst->colorspace = AVCOL_SPC_BT709;
	dst->color_range = AVCOL_RANGE_MPEG;
	int plane = width * height;
	for (int i = 0; i < 3; i++) {
		int planar = inputs[in].step == 1;
		src->data[i] = planar ? source[in] + (i + 1) % 3 * plane : i ? NULL : source[in]; // FFmpeg has G, B, R
		src->linesize[i] = planar ? width : i ? 0 : inputs[in].step * width;
	}
	uint8_t *p[3];
	ptrdiff_t stride[3];
	planes(out, p, stride);
	for (int i = 0; i < 3; i++) {
		dst->data[i] = p[i];
		dst->linesize[i] = p[i] ? stride[i] : 0;
	}
	if (sws_scale_frame(*c, dst, src) < 0) {
		fprintf(stderr, "kernels: swscale failed\n");
		exit(1);
	}
}
#endif

#ifdef LIBYUV
// libyuv converts what it has a function for. It knows BT.601 only.
static int libyuv(int in, int out) {
	uint8_t *p[3];
	ptrdiff_t s[3];
	planes(out, p, s);
	if (in == 1 && out == I420)
		return !RAWToI420(source[in], 3 * width, p[0], s[0], p[1], s[1], p[2], s[2], width, height);
	if (in == 2 && out == I420)
		return !ABGRToI420(source[in], 4 * width, p[0], s[0], p[1], s[1], p[2], s[2], width, height);
	if (in == 2 && out == NV12)
		return !ABGRToNV12(source[in], 4 * width, p[0], s[0], p[1], s[1], width, height);
	return 0;
}
#endif

static double now(void) {
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static int best_level(void) {
#ifdef __x86_64__
	if (__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vbmi"))
		return AVX512;
	if (__builtin_cpu_supports("avx2"))
		return AVX2;
#endif
	return BASE;
}

// run does a job by its name, PROGRAM/INPUT/OUTPUT. 0: it cannot be done.
static int run(int program, int in, int out, int level) {
	switch (program) {
	case 0:
		convert(in, out, level);
		return 1;
	case 1:
		memcpy(copy, source[in], input_bytes(in));
		return 1;
#ifdef PEERS
	case 2:
		swscale(in, out);
		return 1;
#endif
#ifdef LIBYUV
	case 3:
		return libyuv(in, out);
#endif
	}
	return 0;
}

static double cpu(void) {
	struct rusage u;
	getrusage(RUSAGE_SELF, &u);
	return u.ru_utime.tv_sec + u.ru_stime.tv_sec + (u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

// bench answers each line "PROGRAM INPUT OUTPUT TIMES" with how long so many conversions take.
static int bench(void) {
	static const char *const programs[] = {"avloom", "memcpy", "swscale", "libyuv"};
	int level = best_level();
	printf("ready {\"version\":\"%s\"}\n", levels[level]);
	fflush(stdout);
	char program[16], input[16], output[16];
	int times;
	while (scanf("%15s %15s %15s %d", program, input, output, &times) == 4) {
		int in = find_input(input), out = find(output, outputs, OUTPUTS), p = find(program, programs, 4);
		if (!run(p, in, out, level)) {
			printf("{\"wall\":0}\n");
			fflush(stdout);
			continue;
		}
		double start = now(), cpu0 = cpu();
		for (int i = 0; i < times; i++)
			run(p, in, out, level);
		double wall = now() - start;
		printf("{\"wall\":%.9f,\"cpu\":%.9f}\n", wall, cpu() - cpu0);
		fflush(stdout);
	}
	return 0;
}

int main(int argc, char **argv) {
	int counting = argc == 7 && !strcmp(argv[1], "count");
	if (!counting && !(argc == 5 && !strcmp(argv[1], "bench"))) {
		fprintf(stderr, "usage: kernels count INPUT OUTPUT LEVEL WIDTH HEIGHT | bench PICTURES WIDTH HEIGHT\n");
		return 2;
	}
	width = atoi(argv[argc - 2]);
	height = atoi(argv[argc - 1]);
	allocate();
	if (counting) {
		convert(find_input(argv[2]), find(argv[3], outputs, OUTPUTS), find(argv[4], levels, LEVELS));
		return 0;
	}
	load(argv[2]);
	return bench();
}
