// What the program and the kernels of particles.cu say to each other.
#ifndef SCENE_H
#define SCENE_H

struct particle {
	float x, y, vx, vy; // in heights of the picture, and per second
	float color[3];     // R, G, B from 0 to 1
};

struct scene {
	unsigned long long particles; // their address on the GPU, and that of the picture: R, G, B for each pixel, row by row
	unsigned long long picture;
	int n, width, height;
	float seconds; // to go on by
};

#endif
