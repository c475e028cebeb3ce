// The simulation on the GPU, through the driver's own API, which is found at run time.
#ifndef WORLD_H
#define WORLD_H

#include "scene.h"

struct world {
	int device;
	void *context, *stream, *module, *kernels[2];
	struct scene scene;
};

// Every function returns NULL, or the name of the call that failed.
const char *world_open(struct world *w, int device, const char *ptx, const struct particle *start, int n, int width, int height);
const char *world_step(struct world *w, float seconds); // moves the particles and draws them; the stream has yet to do it
void world_close(struct world *w);

#endif
