// The parameters that gpu/driver.c passes to the kernels of convert.cu.
#ifndef AVLOOM_PICTURE_H
#define AVLOOM_PICTURE_H

// picture describes the conversion of a picture. Addresses are those of the GPU.
struct picture {
	unsigned long long src[3]; // R, G and B of the first pixel; or Y and UV
	unsigned long long y, uv;  // the NV12 to write
	int src_pitch[3];          // bytes per row
	int y_pitch, uv_pitch;
	int step;                  // bytes from one pixel of the source to the next
	int width, height;         // pixels to read; beyond them the last column and row repeat
	int out_width, out_height; // pixels to write; both even
	int siting;                // of the chroma: 0 centre, 1 left, 2 top left
	// The coefficients of internal/rgbyuv, in multiples of 1/65536: Y of R, G, B; U of -R, -G, B; V of
	// R, -G, -B. The offsets of luma and chroma include the rounding, in multiples of 1/256.
	unsigned short cy[3], cu[3], cv[3], y0, c0;
};

#endif
