// What gpu/driver.c and the kernels of convert.cu say to each other.
#ifndef AVLOOM_PICTURE_H
#define AVLOOM_PICTURE_H

// picture is a picture to convert. The addresses are those of the GPU.
struct picture {
	unsigned long long src[3]; // where R, G and B of the first pixel lie; or Y and UV
	unsigned long long y, uv;  // the NV12 to write
	int src_pitch[3];          // bytes per row
	int y_pitch, uv_pitch;
	int step;                  // bytes from one pixel of the source to the next
	int width, height;         // the pixels to read; beyond, the last column and row repeat
	int out_width, out_height; // the pixels to write, both even
	int siting;                // of the chroma: 0 centre, 1 left, 2 top left
	// The coefficients of internal/rgbyuv, multiples of 1/65536: Y of R, G, B; U of -R, -G, B; V of R, -G, -B. The offsets of luma and chroma, with
	// their rounding, are multiples of 1/256.
	unsigned short cy[3], cu[3], cv[3], y0, c0;
};

#endif
