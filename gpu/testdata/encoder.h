// The encoder of a session of nvenc.c: x264.c, x265.c or aom.c.
#ifndef AVLOOM_ENCODER_H
#define AVLOOM_ENCODER_H

#include <stddef.h>
#include <stdint.h>

// settings are the settings of a session that the stand-in uses.
struct settings {
	int width, height, rate_num, rate_den;
	int gop, bframes, repeat_headers;
	int qp;         // above 0: constant quantizer
	int quality;    // above 0: constant rate factor
	int bit_rate;   // bits per second, if neither is set
	int full_range, matrix, primaries, transfer;
	int chroma_position; // chroma_sample_position of AV1
};

// stamp is passed from a picture to its packet. key: the picture must become a key frame.
struct stamp {
	uint64_t time, duration;
	int key;
};

// packet is an encoded picture. The function that receives it frees it.
struct packet {
	struct packet *next;
	struct stamp stamp;
	int type; // NV_ENC_PIC_TYPE
	size_t size;
	uint8_t data[];
};

// codec is an encoder. Its pictures are NV12 without padding. encode returns NULL if it has no
// packet. A picture of NULL is the end of the stream: the caller calls encode until it returns
// NULL. set_rate changes the bit rate from the next picture on; NULL: the encoder cannot.
struct codec {
	void *(*open)(const struct settings *);
	struct packet *(*encode)(void *, const uint8_t *nv12, struct stamp);
	int (*headers)(void *, uint8_t *to, int most); // returns their size
	void (*close)(void *);
	int (*set_rate)(void *, int bit_rate); // returns 0 if it has done so
};

extern const struct codec standin_x264, standin_x265, standin_aom;

struct packet *standin_packet(size_t size, struct stamp stamp, int type);

// standin_split turns n pairs of U and V into n samples of U and n samples of V behind them.
void standin_split(const uint8_t *pairs, uint8_t *to, size_t n);

#endif
