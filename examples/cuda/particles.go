package main

import "math/rand/v2"

// particle is a point of light. struct particle in scene.h has the same layout.
type particle struct {
	x, y, vx, vy float32 // in heights of the picture, and per second
	color        [3]float32
}

// scatter returns n particles at random places of a picture.
func scatter(n, width, height int) []particle {
	rnd := rand.New(rand.NewPCG(1, 2))
	all := make([]particle, n)
	for i := range all {
		all[i] = particle{
			x: rnd.Float32() * float32(width) / float32(height), y: 0.5 * rnd.Float32(),
			vx: rnd.Float32() - 0.5, vy: rnd.Float32() - 0.5,
			color: [3]float32{0.3 + 0.7*rnd.Float32(), 0.3 + 0.7*rnd.Float32(), 0.3 + 0.7*rnd.Float32()},
		}
	}
	return all
}

// cpuWorld is the simulation on the CPU. It does the same as particles.cu on the GPU.
type cpuWorld struct {
	particles     []particle
	width, height int
	picture       []byte
}

func newCPUWorld(start []particle, width, height int) *cpuWorld {
	return &cpuWorld{particles: start, width: width, height: height, picture: make([]byte, 3*width*height)}
}

// step moves the simulation on and returns the picture. The next call overwrites it.
func (w *cpuWorld) step(seconds float32) []byte {
	for i := range w.particles {
		w.move(&w.particles[i], seconds)
	}
	for y := range w.height {
		for x := range w.width {
			w.shade(w.picture[3*(y*w.width+x):], x, y)
		}
	}
	return w.picture
}

func (w *cpuWorld) move(p *particle, seconds float32) {
	right := float32(w.width) / float32(w.height)
	p.vy += 0.5 * seconds
	p.x += p.vx * seconds
	p.y += p.vy * seconds
	if p.x < 0 {
		p.vx, p.x = -p.vx, -p.x
	} else if p.x > right {
		p.vx, p.x = -p.vx, 2*right-p.x
	}
	if p.y > 1 {
		p.vy, p.y = -0.9*p.vy, 2-p.y
	}
}

func (w *cpuWorld) shade(pixel []byte, column, row int) {
	scale := 1 / float32(w.height)
	x, y := (float32(column)+0.5)*scale, (float32(row)+0.5)*scale
	var light [3]float32
	for i := range w.particles {
		p := &w.particles[i]
		dx, dy := x-p.x, y-p.y
		glow := 0.0004 / (dx*dx + dy*dy + 0.0002)
		for c := range light {
			light[c] += p.color[c] * glow
		}
	}
	for c, v := range light {
		pixel[c] = byte(min(255*v, 255))
	}
}
