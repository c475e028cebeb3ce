package main

import "math"

// reach is the length that half the picture's side shows, in rods. The pendulums reach 2.
const reach = 2.25

// canvas holds light that fades, and the picture that develop makes of the light.
type canvas struct {
	light   []rgb
	picture []byte // RGBA, row by row
}

func newCanvas() *canvas {
	return &canvas{light: make([]rgb, size*size), picture: make([]byte, 4*size*size)}
}

func (c *canvas) pixels() []byte { return c.picture }

// fade weakens all light.
func (c *canvas) fade() {
	const rest = 0.965 // the part that is left after a step
	for i := range c.light {
		c.light[i] = c.light[i].times(rest)
	}
}

// glow adds light along a line. A long line, which something fast has left, gets less light at each
// point.
func (c *canvas) glow(from, to vec, color rgb) {
	a, b := place(from), place(to)
	points := 1 + int(2*math.Hypot(b.x-a.x, b.y-a.y))
	each := color.times(0.5 / (0.6 + 0.2*float64(points)))
	for k := range points {
		t := float64(k) / float64(points)
		c.splat(vec{a.x + (b.x-a.x)*t, a.y + (b.y-a.y)*t}, each)
	}
}

// splat adds light to the four pixels around a place. A near pixel gets more.
func (c *canvas) splat(center vec, color rgb) {
	x, y := math.Floor(center.x-0.5), math.Floor(center.y-0.5)
	dx, dy := center.x-0.5-x, center.y-0.5-y
	for _, p := range [4]struct{ x, y, part float64 }{
		{x, y, (1 - dx) * (1 - dy)}, {x + 1, y, dx * (1 - dy)}, {x, y + 1, (1 - dx) * dy}, {x + 1, y + 1, dx * dy},
	} {
		if p.x >= 0 && p.x < size && p.y >= 0 && p.y < size {
			i := int(p.y)*size + int(p.x)
			c.light[i] = c.light[i].plus(color.times(p.part))
		}
	}
}

// develop makes the picture of the light, over a dark ground that is brighter in the middle. Strong
// light turns white, as on film.
func (c *canvas) develop() {
	for i, light := range c.light {
		x, y := float64(i%size)/size-0.5, float64(i/size)/size-0.5
		ground := rgb{0.04, 0.045, 0.085}.times(1.3 - 2*(x*x+y*y))
		spill := 0.18 * max(0, light.r+light.g+light.b-1.6)
		c.set(i, rgb{film(light.r + spill), film(light.g + spill), film(light.b + spill)}.plus(ground))
	}
}

// film bends strong light towards 1.
func film(light float64) float64 { return 1 - 1/(1+light+light*light) }

// rod draws a thin line over the picture.
func (c *canvas) rod(from, to vec, color rgb) {
	a, b := place(from), place(to)
	points := 1 + int(1.5*math.Hypot(b.x-a.x, b.y-a.y))
	for k := range points {
		t := float64(k) / float64(points)
		c.dot(vec{a.x + (b.x-a.x)*t, a.y + (b.y-a.y)*t}, 0.9, mix(color, rgb{0.8, 0.85, 0.95}, 0.6), 0.16)
	}
}

// bob draws a mass over the picture.
func (c *canvas) bob(center vec, color rgb) {
	c.dot(place(center), 3.4, color, 0.9)
	c.dot(place(center), 1.6, rgb{1, 1, 1}, 0.8)
}

// dot draws a disc with a soft edge over the picture. The radius is in pixels.
func (c *canvas) dot(center vec, radius float64, color rgb, cover float64) {
	for y := max(0, int(center.y-radius-1)); y <= min(size-1, int(center.y+radius+1)); y++ {
		for x := max(0, int(center.x-radius-1)); x <= min(size-1, int(center.x+radius+1)); x++ {
			edge := radius + 0.5 - math.Hypot(float64(x)+0.5-center.x, float64(y)+0.5-center.y)
			if edge > 0 {
				i := y*size + x
				c.set(i, mix(c.pixel(i), color, cover*min(edge, 1)))
			}
		}
	}
}

// place returns the place of a point in the picture, in pixels.
func place(v vec) vec { return vec{size / 2 * (1 + v.x/reach), size / 2 * (1 + v.y/reach)} }

func (c *canvas) pixel(i int) rgb {
	p := c.picture[4*i:]
	return rgb{float64(p[0]), float64(p[1]), float64(p[2])}.times(1.0 / 255)
}

func (c *canvas) set(i int, color rgb) {
	p := c.picture[4*i:]
	p[0], p[1], p[2], p[3] = level(color.r), level(color.g), level(color.b), 255
}
