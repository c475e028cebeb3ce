// Kernels that convert pictures on the GPU to NV12. A thread makes two by two pixels and their
// sample of chroma. The results equal those of internal/rgbyuv to the last bit: 8.8 fixed point in
// 16 bits, products truncated.
//
// "make ptx" compiles it.

#include "device.h"
#include "picture.h"

// rgb is a colour. A channel is a byte, or a byte in multiples of 1/256.
struct rgb {
	int c[3];
};

DEVICE int clamp(int v, int size) { return v < 0 ? 0 : v < size ? v : size - 1; }

DEVICE struct rgb pixel(const struct picture &p, int x, int y) {
	struct rgb out;
	for (int i = 0; i < 3; i++)
		out.c[i] = *at(p.src[i] + (address)clamp(y, p.height) * p.src_pitch[i] + (address)(clamp(x, p.width) * p.step));
	return out;
}

DEVICE int product(int a, int coefficient) { return (unsigned)a * (unsigned)coefficient >> 16; }

DEVICE int luma(const struct picture &p, const struct rgb &v) {
	return (p.y0 + product(v.c[0] << 8, p.cy[0]) + product(v.c[1] << 8, p.cy[1]) + product(v.c[2] << 8, p.cy[2])) >> 8;
}

DEVICE int blue_difference(const struct picture &p, const struct rgb &v) {
	return (p.c0 - product(v.c[0], p.cu[0]) - product(v.c[1], p.cu[1]) + product(v.c[2], p.cu[2])) >> 8;
}

DEVICE int red_difference(const struct picture &p, const struct rgb &v) {
	return (p.c0 + product(v.c[0], p.cv[0]) - product(v.c[1], p.cv[1]) - product(v.c[2], p.cv[2])) >> 8;
}

// weight returns the weight, in 1/256, of the pixel at dx, dy from the top left one in a sample of
// chroma.
DEVICE int weight(int siting, int dx, int dy) {
	const int across = dx ? 1 : 2; // in quarters; the centre ignores it
	switch (siting) {
	case 0: return dx < 0 || dy < 0 ? 0 : 64;
	case 1: return dy < 0 ? 0 : across * 32;
	default: return across * (dy ? 16 : 32);
	}
}

DEVICE struct rgb average(const struct picture &p, int x, int y) {
	struct rgb sum = {};
	for (int dy = -1; dy <= 1; dy++)
		for (int dx = -1; dx <= 1; dx++) {
			const int w = weight(p.siting, dx, dy);
			if (!w)
				continue;
			const struct rgb v = pixel(p, x + dx, y + dy);
			for (int i = 0; i < 3; i++)
				sum.c[i] += w * v.c[i];
		}
	return sum;
}

// put writes two bytes at an even address.
DEVICE void put(address to, int first, int second) {
	*(unsigned short *)at(to) = (unsigned short)(first | second << 8);
}

DEVICE void rgb_thread(const struct picture &p, unsigned column, unsigned row) {
	const int x = 2 * column, y = 2 * row;
	if (x >= p.out_width || y >= p.out_height)
		return;
	for (int i = 0; i < 2; i++)
		put(p.y + (address)(y + i) * p.y_pitch + x, luma(p, pixel(p, x, y + i)), luma(p, pixel(p, x + 1, y + i)));
	const struct rgb v = average(p, x, y);
	put(p.uv + (address)row * p.uv_pitch + x, blue_difference(p, v), red_difference(p, v));
}

DEVICE void nv12_thread(const struct picture &p, unsigned column, unsigned row) {
	const int x = 2 * column, y = 2 * row;
	if (x >= p.out_width || y >= p.out_height)
		return;
	for (int i = 0; i < 2; i++) {
		const address line = p.src[0] + (address)clamp(y + i, p.height) * p.src_pitch[0];
		put(p.y + (address)(y + i) * p.y_pitch + x, *at(line + clamp(x, p.width)), *at(line + clamp(x + 1, p.width)));
	}
	const address pair = p.src[1] + (address)row * p.src_pitch[1] + x;
	put(p.uv + (address)row * p.uv_pitch + x, *at(pair), *at(pair + 1));
}

KERNEL(rgb_to_nv12, rgb_thread, struct picture)
KERNEL(nv12_to_nv12, nv12_thread, struct picture)
