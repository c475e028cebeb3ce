// Vectors of N bytes, which gcc and clang support on every machine. Plain operators work on their
// words of 16 bits.

#include <stdint.h>

#define INLINE static inline __attribute__((always_inline))

typedef uint16_t words __attribute__((vector_size(N)));
typedef uint8_t bytes __attribute__((vector_size(N)));

// load and store need no alignment.
INLINE words load(const void *p) {
	typedef words anywhere __attribute__((aligned(1), may_alias));
	return *(const anywhere *)p;
}

INLINE void store(void *p, words v) {
	typedef words anywhere __attribute__((aligned(1), may_alias));
	*(anywhere *)p = v;
}

// interleave_high_bytes returns the upper bytes of a and b in turn, beginning with a.
INLINE words interleave_high_bytes(words a, words b) {
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	return a >> 8 | (b & 0xff00);
#else
	return b >> 8 | (a & 0xff00);
#endif
}
