// AVX2: Haswell, Zen and later.

#include <immintrin.h>
#include <string.h>

#include "rgbyuv.h"

#ifdef __clang__
#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)
#else
#pragma GCC target("avx2")
#endif

#define N 32
#define NAME rgbyuv_avx2
#include "vector.h"

INLINE words mulhi(words a, words b) { return (words)_mm256_mulhi_epu16((__m256i)a, (__m256i)b); }

INLINE words pair_sums(words v, int weight) {
	return (words)_mm256_maddubs_epi16((__m256i)v, _mm256_set1_epi8(weight));
}

INLINE void store_high_bytes(uint8_t *u, uint8_t *v, words a, words b) {
	__m256i both = _mm256_packus_epi16((__m256i)(a >> 8), (__m256i)(b >> 8));
	both = _mm256_permute4x64_epi64(both, _MM_SHUFFLE(3, 1, 2, 0));
	_mm_storeu_si128((__m128i *)u, _mm256_castsi256_si128(both));
	_mm_storeu_si128((__m128i *)v, _mm256_extracti128_si256(both, 1));
}

// load_halves loads the first 16 pixels and the next 16 into one half each: the shuffles work on 16
// bytes.
INLINE __m256i load_halves(const uint8_t *low, const uint8_t *high) {
	return _mm256_inserti128_si256(_mm256_castsi128_si256(_mm_loadu_si128((const __m128i *)low)),
		_mm_loadu_si128((const __m128i *)high), 1);
}

// numbers are 0 to 15 twice.
static const bytes numbers = {
	0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
};

// every_third is 0xff in the bytes i of each 16 for which i % 3 is phase.
INLINE __m256i every_third(int phase) {
	const bytes third = numbers - 3 * (numbers * 11 >> 5); // modulo 3
	return (__m256i)(third == (uint8_t)phase);
}

// split3: byte i of channel c is byte 3i+c of 48. No two of these are equal modulo 16, so the three
// vectors are merged into one before they are shuffled.
INLINE void split3(const uint8_t *p, words out[3]) {
	const __m256i v0 = load_halves(p, p + 48), v1 = load_halves(p + 16, p + 64), v2 = load_halves(p + 32, p + 80);
	for (int c = 0; c < 3; c++) {
		__m256i merged = _mm256_blendv_epi8(v0, v1, every_third((c + 2) % 3));
		merged = _mm256_blendv_epi8(merged, v2, every_third((c + 1) % 3));
		const bytes from = (numbers * 3 + (uint8_t)c) & 15;
		out[c] = (words)_mm256_shuffle_epi8(merged, (__m256i)from);
	}
}

// split4 transposes 4x4 bytes within 16 bytes, and then words of 32 bits.
INLINE void split4(const uint8_t *p, words out[4]) {
	const bytes transposed = (numbers * 4 & 15) + (numbers >> 2);
	__m256i v[4];
	for (int i = 0; i < 4; i++)
		v[i] = _mm256_shuffle_epi8(load_halves(p + 16 * i, p + 64 + 16 * i), (__m256i)transposed);
	const __m256i low01 = _mm256_unpacklo_epi32(v[0], v[1]), high01 = _mm256_unpackhi_epi32(v[0], v[1]);
	const __m256i low23 = _mm256_unpacklo_epi32(v[2], v[3]), high23 = _mm256_unpackhi_epi32(v[2], v[3]);
	out[0] = (words)_mm256_unpacklo_epi64(low01, low23);
	out[1] = (words)_mm256_unpackhi_epi64(low01, low23);
	out[2] = (words)_mm256_unpacklo_epi64(high01, high23);
	out[3] = (words)_mm256_unpackhi_epi64(high01, high23);
}

#include "kernel.h"

#ifdef __clang__
#pragma clang attribute pop
#endif
