package main

import (
	"math"
	"math/cmplx"
	"math/rand/v2"
)

// scene returns a shade from 0 to 1 for each place and time in seconds. Places are in half heights
// of the picture, from its middle. So any picture can be drawn without those before it.
type scene func(place complex128, time float64) float64

// draw draws the scene at a time.
func (s scene) draw(picture []byte, time float64) {
	for y := range height {
		for x := range width {
			place := complex(float64(2*x-width)/height, float64(2*y-height)/height)
			shade := s(place, time)
			for c := range 3 { // a cosine for each colour: night, sea and sand
				wave := math.Cos(2 * math.Pi * (0.9*shade + 0.1*float64(c) + 0.55))
				picture[3*(y*width+x)+c] = byte(127.5 + 127.5*wave)
			}
		}
	}
}

// ripples are waves that spread from a few points.
type ripples [5]complex128

func newRipples(seed uint64) *ripples {
	random := rand.New(rand.NewPCG(seed, 0))
	r := &ripples{}
	for i := range r {
		r[i] = complex(3.5*(random.Float64()-0.5), 2*(random.Float64()-0.5))
	}
	return r
}

func (r *ripples) color(place complex128, time float64) float64 {
	sum := 0.0
	for _, from := range r {
		x, y := real(place-from), imag(place-from)
		away := math.Sqrt(x*x + y*y)
		sum += math.Sin(16*away-5*time) / (1 + 2*away)
	}
	return 0.5 + sum/float64(len(r))
}

// julia is the set of Julia of a number that goes around a circle in 20 seconds.
func julia(place complex128, time float64) float64 {
	const most, far = 60, 16.0
	c := cmplx.Rect(0.7885, 2*math.Pi*time/20)
	z := place * cmplx.Rect(1.3, time/10)
	for k := range most {
		size := real(z)*real(z) + imag(z)*imag(z)
		if size > far {
			smooth := float64(k) + 1 - math.Log2(math.Log(size)/math.Log(far))
			return math.Sqrt(smooth / most)
		}
		z = z*z + c
	}
	return 1
}
