// A session of the stand-in for NVENC: nvenc.c opens it, pictures.c encodes with it.
#ifndef AVLOOM_SESSION_H
#define AVLOOM_SESSION_H

#include "encoder.h"
#include "nvEncodeAPI.h"
#include "standin.h"

// bitstream is a buffer for output. The k-th one that comes with a picture receives the k-th
// packet.
struct bitstream {
	struct bitstream *next;
	struct packet *packet;
};

struct resource {
	CUdeviceptr at;
	int pitch;
};

struct session {
	const struct codec *codec;
	void *state;
	struct settings settings;
	CUstream stream;
	uint8_t *picture; // the current one, in main memory
	int force_key;    // the next picture becomes a key frame
	struct packet *packets, **last_packet;
	struct bitstream *waiting, **last_waiting;
};

NVENCSTATUS standin_create_bitstream(void *v, NV_ENC_CREATE_BITSTREAM_BUFFER *p);
NVENCSTATUS standin_destroy_bitstream(void *v, NV_ENC_OUTPUT_PTR p);
NVENCSTATUS standin_register_resource(void *v, NV_ENC_REGISTER_RESOURCE *p);
NVENCSTATUS standin_unregister_resource(void *v, NV_ENC_REGISTERED_PTR r);
NVENCSTATUS standin_map_resource(void *v, NV_ENC_MAP_INPUT_RESOURCE *p);
NVENCSTATUS standin_unmap_resource(void *v, NV_ENC_INPUT_PTR p);
NVENCSTATUS standin_encode(void *v, NV_ENC_PIC_PARAMS *p);
NVENCSTATUS standin_lock_bitstream(void *v, NV_ENC_LOCK_BITSTREAM *p);
NVENCSTATUS standin_unlock_bitstream(void *v, NV_ENC_OUTPUT_PTR p);

#endif
