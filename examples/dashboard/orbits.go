package main

import "math"

// orbits is a simulation of bodies that fall around a sun and leave trails, which fade.
type orbits struct {
	bodies  []body
	picture []byte // R G B
}

// body is a moving point. Its place is in pixels, its velocity in pixels per frame.
type body struct {
	x, y, vx, vy float64
	color        [3]byte
}

const (
	bodies = 48
	pull   = 130.0 // of the sun, in pixels³ per frame²
	steps  = 8     // of the integration, in each frame
)

func newOrbits() *orbits {
	o := &orbits{picture: make([]byte, 3*width*height)}
	for i := range bodies {
		t := float64(i) / bodies
		distance, angle := 14+72*t, 2.4*float64(i) // the golden angle spreads them
		speed := math.Sqrt(pull/distance) * (0.85 + 0.3*t)
		o.bodies = append(o.bodies, body{
			x: distance * math.Cos(angle), y: distance * math.Sin(angle),
			vx: -speed * math.Sin(angle), vy: speed * math.Cos(angle),
			color: [3]byte{byte(255 - 120*t), byte(150 + 80*t), byte(90 + 165*t)},
		})
	}
	return o
}

// step moves all bodies by a frame and returns the picture. The next call draws over it.
func (o *orbits) step() []byte {
	for i, v := range o.picture {
		o.picture[i] = byte(int(v) * 60 / 64)
	}
	for i := range o.bodies {
		b := &o.bodies[i]
		for range steps {
			b.move(1.0 / steps)
		}
		o.dot(b.x, b.y, 1.6, b.color)
	}
	o.dot(0, 0, 6, [3]byte{255, 214, 120})
	return o.picture
}

// move is a step of the leapfrog method, which keeps orbits closed.
func (b *body) move(dt float64) {
	r2 := b.x*b.x + b.y*b.y + 4
	a := -pull / (r2 * math.Sqrt(r2)) * dt
	b.vx, b.vy = b.vx+a*b.x, b.vy+a*b.y
	b.x, b.y = b.x+b.vx*dt, b.y+b.vy*dt
}

// dot draws a disc with a soft edge around a place. The place counts from the middle of the
// picture.
func (o *orbits) dot(x, y, radius float64, color [3]byte) {
	cx, cy := x+width/2, y+height/2
	for py := max(0, int(cy-radius)); py < min(height, int(cy+radius)+2); py++ {
		for px := max(0, int(cx-radius)); px < min(width, int(cx+radius)+2); px++ {
			cover := min(1, max(0, radius+0.5-math.Hypot(float64(px)+0.5-cx, float64(py)+0.5-cy)))
			for c, v := range color {
				pixel := &o.picture[3*(py*width+px)+c]
				*pixel = max(*pixel, byte(cover*float64(v)))
			}
		}
	}
}

// hum returns the sound of frame k: a fifth that beats slowly.
func (o *orbits) hum(k int) []float32 {
	samples := make([]float32, sampleRate/frameRate)
	for n := range samples {
		t := float64(k*len(samples)+n) / sampleRate
		samples[n] = float32(0.1 * (math.Sin(2*math.Pi*110*t) + math.Sin(2*math.Pi*165.5*t)))
	}
	return samples
}
