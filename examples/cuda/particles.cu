// Glowing particles that fall and bounce. particles.go is the same for the CPU.
//
// "make ptx" compiles it.

#include "device.h"
#include "scene.h"

DEVICE struct particle *particles(const struct scene &s) { return (struct particle *)at(s.particles); }

// move_thread moves one particle.
DEVICE void move_thread(const struct scene &s, unsigned i, unsigned) {
	if (i >= (unsigned)s.n)
		return;
	struct particle *p = &particles(s)[i];
	const float right = (float)s.width / (float)s.height;
	p->vy += 0.5f * s.seconds;
	p->x += p->vx * s.seconds;
	p->y += p->vy * s.seconds;
	if (p->x < 0 || p->x > right) {
		p->vx = -p->vx;
		p->x = p->x < 0 ? -p->x : 2 * right - p->x;
	}
	if (p->y > 1) {
		p->vy = -0.9f * p->vy;
		p->y = 2 - p->y;
	}
}

// draw_thread makes one pixel of the light of all particles.
DEVICE void draw_thread(const struct scene &s, unsigned column, unsigned row) {
	if (column >= (unsigned)s.width || row >= (unsigned)s.height)
		return;
	const float scale = 1 / (float)s.height, x = ((float)column + 0.5f) * scale, y = ((float)row + 0.5f) * scale;
	float light[3] = {0, 0, 0};
	for (int i = 0; i < s.n; i++) {
		const struct particle *p = &particles(s)[i];
		const float dx = x - p->x, dy = y - p->y, glow = 0.0004f / (dx * dx + dy * dy + 0.0002f);
		for (int c = 0; c < 3; c++)
			light[c] += p->color[c] * glow;
	}
	unsigned char *pixel = at(s.picture + 3 * ((address)row * s.width + column));
	for (int c = 0; c < 3; c++)
		pixel[c] = (unsigned char)(light[c] < 1 ? 255 * light[c] : 255);
}

KERNEL(move, move_thread, struct scene)
KERNEL(draw, draw_thread, struct scene)
