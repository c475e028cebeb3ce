#include "rgbyuv.h"

static rgbyuv_convert_fn *const levels[LEVELS] = {
	[BASE] = rgbyuv_base,
#ifdef __x86_64__
	[AVX2] = rgbyuv_avx2,
	[AVX512] = rgbyuv_avx512,
#endif
};

void rgbyuv_convert(const struct rgbyuv_config *c, const void *src0, ptrdiff_t src_stride0, const void *src1,
	ptrdiff_t src_stride1, const void *src2, ptrdiff_t src_stride2, void *dst0, ptrdiff_t dst_stride0, void *dst1,
	ptrdiff_t dst_stride1, void *dst2, ptrdiff_t dst_stride2, int width, int height, int y0, int y1,
	int phase_x, int phase_y) {
	const struct rgbyuv_picture p = {
		.src = {src0, src1, src2},
		.src_stride = {src_stride0, src_stride1, src_stride2},
		.dst = {dst0, dst1, dst2},
		.dst_stride = {dst_stride0, dst_stride1, dst_stride2},
		.width = width,
		.height = height,
		.y0 = y0,
		.y1 = y1,
		.phase = {phase_x, phase_y},
	};
	levels[c->level](c, &p);
}
