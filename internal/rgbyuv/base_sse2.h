#include <emmintrin.h>

INLINE words mulhi(words a, words b) { return (words)_mm_mulhi_epu16((__m128i)a, (__m128i)b); }

INLINE void store_high_bytes(uint8_t *u, uint8_t *v, words a, words b) {
	__m128i both = _mm_packus_epi16((__m128i)(a >> 8), (__m128i)(b >> 8));
	_mm_storel_epi64((__m128i *)u, both);
	_mm_storel_epi64((__m128i *)v, _mm_unpackhi_epi64(both, both));
}

INLINE __m128i upper_half(__m128i v) { return _mm_unpackhi_epi64(v, v); }

// split3: each round interleaves the first half of the 48 bytes with the second half. After four
// rounds, bytes that were three apart are neighbours.
INLINE void split3(const uint8_t *p, words out[3]) {
	__m128i a = (__m128i)load(p), b = (__m128i)load(p + 16), c = (__m128i)load(p + 32);
	for (int round = 0; round < 4; round++) {
		const __m128i a0 = a, b0 = b;
		a = _mm_unpacklo_epi8(a0, upper_half(b0));
		b = _mm_unpacklo_epi8(upper_half(a0), c);
		c = _mm_unpacklo_epi8(b0, upper_half(c));
	}
	out[0] = (words)a;
	out[1] = (words)b;
	out[2] = (words)c;
}

INLINE void split4(const uint8_t *p, words out[4]) {
	for (int c = 0; c < 4; c++) {
		__m128i v[4];
		for (int i = 0; i < 4; i++)
			v[i] = _mm_and_si128(_mm_srli_epi32((__m128i)load(p + 16 * i), 8 * c), _mm_set1_epi32(0xff));
		out[c] = (words)_mm_packus_epi16(_mm_packs_epi32(v[0], v[1]), _mm_packs_epi32(v[2], v[3]));
	}
}
