#include <arm_neon.h>

INLINE words mulhi(words a, words b) {
	const uint16x8_t x = (uint16x8_t)a, y = (uint16x8_t)b;
	const uint32x4_t low = vmull_u16(vget_low_u16(x), vget_low_u16(y)), high = vmull_high_u16(x, y);
	return (words)vuzp2q_u16(vreinterpretq_u16_u32(low), vreinterpretq_u16_u32(high));
}

INLINE void store_high_bytes(uint8_t *u, uint8_t *v, words a, words b) {
	vst1_u8(u, vshrn_n_u16((uint16x8_t)a, 8));
	vst1_u8(v, vshrn_n_u16((uint16x8_t)b, 8));
}

INLINE void split3(const uint8_t *p, words out[3]) {
	const uint8x16x3_t v = vld3q_u8(p);
	for (int c = 0; c < 3; c++)
		out[c] = (words)v.val[c];
}

INLINE void split4(const uint8_t *p, words out[4]) {
	const uint8x16x4_t v = vld4q_u8(p);
	for (int c = 0; c < 4; c++)
		out[c] = (words)v.val[c];
}
