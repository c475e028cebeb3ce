// AVX-512 with VBMI, whose vpermi2b selects any bytes of two vectors: Ice Lake, Zen 4 and later.

#include <immintrin.h>
#include <string.h>

#include "rgbyuv.h"

#ifdef __clang__
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512vbmi"))), apply_to = function)
#else
#pragma GCC target("avx512f,avx512bw,avx512vbmi")
#endif

#define N 64
#define NAME rgbyuv_avx512
#include "vector.h"

INLINE words mulhi(words a, words b) { return (words)_mm512_mulhi_epu16((__m512i)a, (__m512i)b); }

INLINE words pair_sums(words v, int weight) {
	return (words)_mm512_maddubs_epi16((__m512i)v, _mm512_set1_epi8(weight));
}

#define SIXTEEN(n) \
	n, n + 1, n + 2, n + 3, n + 4, n + 5, n + 6, n + 7, n + 8, n + 9, n + 10, n + 11, n + 12, n + 13, n + 14, n + 15

static const bytes numbers = {SIXTEEN(0), SIXTEEN(16), SIXTEEN(32), SIXTEEN(48)};

INLINE void store_high_bytes(uint8_t *u, uint8_t *v, words a, words b) {
	const bytes even_then_odd = numbers * 2 + (numbers >> 5);
	__m512i both = _mm512_permutexvar_epi8((__m512i)even_then_odd, (__m512i)interleave_high_bytes(a, b));
	_mm256_storeu_si256((__m256i *)u, _mm512_castsi512_si256(both));
	_mm256_storeu_si256((__m256i *)v, _mm512_extracti64x4_epi64(both, 1));
}

// split3: byte i of channel c is byte 3i+c of 192. The first step selects bytes below 128, the
// second step the others.
INLINE void split3(const uint8_t *p, words out[3]) {
	const __m512i v0 = (__m512i)load(p), v1 = (__m512i)load(p + 64), v2 = (__m512i)load(p + 128);
	for (int c = 0; c < 3; c++) {
		const bytes from = numbers * 3 + (uint8_t)c, later = (bytes)(from >= 128);
		const bytes then = (later & (from - 64)) | (~later & numbers);
		__m512i first = _mm512_permutex2var_epi8(v0, (__m512i)from, v1);
		out[c] = (words)_mm512_permutex2var_epi8(first, (__m512i)then, v2);
	}
}

// split4: byte i of channel c is byte 4i+c of 256: the first 128 bytes give the low half, the
// others the high half.
INLINE void split4(const uint8_t *p, words out[4]) {
	const __m512i v0 = (__m512i)load(p), v1 = (__m512i)load(p + 64);
	const __m512i v2 = (__m512i)load(p + 128), v3 = (__m512i)load(p + 192);
	for (int c = 0; c < 4; c++) {
		__m512i from = (__m512i)(numbers * 4 + (uint8_t)c);
		__m512i low = _mm512_permutex2var_epi8(v0, from, v1), high = _mm512_permutex2var_epi8(v2, from, v3);
		out[c] = (words)_mm512_mask_blend_epi64(0xf0, low, high);
	}
}

#include "kernel.h"

#ifdef __clang__
#pragma clang attribute pop
#endif
