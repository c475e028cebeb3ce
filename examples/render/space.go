package main

import (
	"math"
	"math/rand/v2"
)

// space draws the bodies at any moment. Nothing of a picture depends on another one.
type space struct {
	canvas *canvas
	stars  []star
}

// star is a direction and a colour.
type star struct {
	to    vec3
	color rgb
}

func newSpace(width, height int) *space {
	s := &space{canvas: newCanvas(width, height)}
	random := rand.New(rand.NewPCG(1, 1))
	for range 3000 {
		z, angle := 2*random.Float64()-1, 2*math.Pi*random.Float64()
		flat := math.Sqrt(1 - z*z)
		bright := 0.09 / (0.04 + random.Float64())
		color := mix(rgb{1, 0.75, 0.6}, rgb{0.65, 0.8, 1}, random.Float64()).times(bright)
		s.stars = append(s.stars, star{vec3{flat * math.Cos(angle), flat * math.Sin(angle), z}, color})
	}
	return s
}

// draw draws the picture of a second of the film.
func (s *space) draw(second float64) []byte {
	c := newCamera(s.canvas.width, s.canvas.height, second)
	s.canvas.clear()
	for _, star := range s.stars {
		if place, _ := c.see(star.to.times(1000)); c.inFront(star.to) {
			s.canvas.splat(place, star.color)
		}
	}
	size := float64(s.canvas.height) / 720
	s.canvas.sun(c.center(), 60*size)
	for i := range bodies {
		s.body(&c, &bodies[i], second*yearsPerSecond, size)
	}
	s.canvas.develop()
	return s.canvas.pixels()
}

// body draws a body, its orbit, and the way that it has come.
func (s *space) body(c *camera, b *body, year, size float64) {
	const parts = 220
	e := b.eccentricAnomaly(year)
	last, _ := c.see(b.point(e))
	for k := 1; k <= parts; k++ {
		next, _ := c.see(b.point(e - 2*math.Pi*float64(k)/parts))
		rest := 1 - float64(k)/parts
		s.canvas.glow(last, next, b.color.times(size*(0.1+1.7*rest*rest*rest)))
		last = next
	}
	position := b.position(year)
	place, scale := c.see(position)
	if b.tail {
		s.tail(c, b, year, size)
	}
	s.canvas.ball(place, b.radius*size*scale*distance/(zoom*c.height), b.color.times(1.15), c.center())
}

// tail draws the dust of a comet, which the sun blows away. It is longer near the sun.
func (s *space) tail(c *camera, b *body, year, size float64) {
	head := b.position(year)
	near := 1 / max(head.length(), 0.3)
	away := head.times(0.28 * near * near / head.length())
	random := rand.New(rand.NewPCG(2, 2)) // the same grains in each picture
	for range 6000 {
		far := random.ExpFloat64() / 3
		lag := b.position(year - 0.03*far*random.Float64()) // grains left the comet earlier
		spread := vec3{random.NormFloat64(), random.NormFloat64(), random.NormFloat64()}.times(0.012 + 0.05*far)
		place, _ := c.see(lag.plus(away.times(far)).plus(spread.times(near)))
		s.canvas.splat(place, b.color.times(0.45*size*size*math.Exp(-1.5*far)*min(near, 2)))
	}
}
