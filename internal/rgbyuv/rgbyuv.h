// The interface between Go and the kernels. config.go explains the numbers.
#ifndef RGBYUV_H
#define RGBYUV_H

#include <stddef.h>
#include <stdint.h>

enum rgbyuv_output { GRAY, I444, I420, NV12, RGB };
enum rgbyuv_siting { CENTRE, LEFT, TOP_LEFT };
enum rgbyuv_level { BASE, AVX2, AVX512, LEVELS };

// rgbyuv_config describes a conversion: everything that is the same for all pictures.
struct rgbyuv_config {
	int level, output, siting;
	int step;     // bytes from one pixel to the next: 1 (planar), 3 or 4; 0: planes Y, Cb and Cr of JPEG
	int order[3]; // where R, G and B are: bytes of a pixel, or planes
	int shift[2]; // of JPEG: 1 << shift columns, and rows, share a chroma sample
	// Coefficients in multiples of 1/65536. Those with a minus in the comment are subtracted.
	uint16_t y[3]; // R, G, B
	uint16_t u[3]; // -R, -G, B
	uint16_t v[3]; // R, -G, -B
	uint16_t y0, c0; // offset and rounding, multiples of 1/256
};

// rgbyuv_picture describes a picture, of which the rows from y0 to before y1 are converted.
struct rgbyuv_picture {
	const uint8_t *src[3];
	uint8_t *dst[3];
	ptrdiff_t src_stride[3], dst_stride[3];
	int width, height, y0, y1;
	int phase[2]; // of JPEG: column and row of the first pixel within its block of chroma
};

typedef void rgbyuv_convert_fn(const struct rgbyuv_config *, const struct rgbyuv_picture *);

rgbyuv_convert_fn rgbyuv_base, rgbyuv_avx2, rgbyuv_avx512;

// rgbyuv_convert runs the kernels of the level that the config names. Planes that the layout lacks
// are NULL.
void rgbyuv_convert(const struct rgbyuv_config *c, const void *src0, ptrdiff_t src_stride0, const void *src1,
	ptrdiff_t src_stride1, const void *src2, ptrdiff_t src_stride2, void *dst0, ptrdiff_t dst_stride0, void *dst1,
	ptrdiff_t dst_stride1, void *dst2, ptrdiff_t dst_stride2, int width, int height, int y0, int y1,
	int phase_x, int phase_y);

#endif
