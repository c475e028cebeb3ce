INLINE words mulhi(words a, words b) {
	words v;
	for (int i = 0; i < N / 2; i++)
		v[i] = (uint32_t)a[i] * b[i] >> 16;
	return v;
}

INLINE void store_high_bytes(uint8_t *u, uint8_t *v, words a, words b) {
	for (int i = 0; i < N / 2; i++) {
		u[i] = a[i] >> 8;
		v[i] = b[i] >> 8;
	}
}

INLINE void split_bytes(int step, const uint8_t *p, words *out) {
	for (int c = 0; c < step; c++) {
		bytes v;
		for (int i = 0; i < N; i++)
			v[i] = p[step * i + c];
		out[c] = (words)v;
	}
}

INLINE void split3(const uint8_t *p, words out[3]) { split_bytes(3, p, out); }
INLINE void split4(const uint8_t *p, words out[4]) { split_bytes(4, p, out); }
