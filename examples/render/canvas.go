package main

import "math"

// canvas holds light that fades, and the picture that develop makes of the light.
type canvas struct {
	width, height int
	light         []rgb
	picture       []byte // RGBA, row by row
}

func newCanvas(width, height int) *canvas {
	return &canvas{width, height, make([]rgb, width*height), make([]byte, 4*width*height)}
}

func (c *canvas) pixels() []byte { return c.picture }

// fade weakens all light.
func (c *canvas) fade() {
	const rest = 0.965 // the part that is left after a step
	for i := range c.light {
		c.light[i] = c.light[i].times(rest)
	}
}

// clear takes all light away.
func (c *canvas) clear() { clear(c.light) }

// glow adds light along a line. All places are in pixels. A long line, which something fast has
// left, gets less light at each point.
func (c *canvas) glow(from, to vec, color rgb) {
	points := 1 + int(2*math.Hypot(to.x-from.x, to.y-from.y))
	each := color.times(0.5 / (0.6 + 0.2*float64(points)))
	for k := range points {
		c.splat(between(from, to, float64(k)/float64(points)), each)
	}
}

// splat adds light to the four pixels around a place. A near pixel gets more.
func (c *canvas) splat(center vec, color rgb) {
	x, y := math.Floor(center.x-0.5), math.Floor(center.y-0.5)
	dx, dy := center.x-0.5-x, center.y-0.5-y
	for _, p := range [4]struct{ x, y, part float64 }{
		{x, y, (1 - dx) * (1 - dy)}, {x + 1, y, dx * (1 - dy)}, {x, y + 1, (1 - dx) * dy}, {x + 1, y + 1, dx * dy},
	} {
		if p.x >= 0 && p.x < float64(c.width) && p.y >= 0 && p.y < float64(c.height) {
			i := int(p.y)*c.width + int(p.x)
			c.light[i] = c.light[i].plus(color.times(p.part))
		}
	}
}

// develop makes the picture of the light, over a dark ground that is brighter in the middle. Strong
// light turns white, as on film.
func (c *canvas) develop() {
	for i, light := range c.light {
		x, y := float64(i%c.width)/float64(c.width)-0.5, float64(i/c.width)/float64(c.height)-0.5
		ground := rgb{0.04, 0.045, 0.085}.times(1.3 - 2*(x*x+y*y))
		spill := 0.18 * max(0, light.r+light.g+light.b-1.6)
		c.set(i, rgb{film(light.r + spill), film(light.g + spill), film(light.b + spill)}.plus(ground))
	}
}

// film bends strong light towards 1.
func film(light float64) float64 { return 1 - 1/(1+light+light*light) }

// rod draws a thin line over the picture.
func (c *canvas) rod(from, to vec, color rgb) {
	points := 1 + int(1.5*math.Hypot(to.x-from.x, to.y-from.y))
	for k := range points {
		c.dot(between(from, to, float64(k)/float64(points)), 0.9, mix(color, rgb{0.8, 0.85, 0.95}, 0.6), 0.16)
	}
}

// bob draws a mass over the picture.
func (c *canvas) bob(center vec, color rgb) {
	c.dot(center, 3.4, color, 0.9)
	c.dot(center, 1.6, rgb{1, 1, 1}, 0.8)
}

// dot draws a disc with a soft edge over the picture. The radius is in pixels.
func (c *canvas) dot(center vec, radius float64, color rgb, cover float64) {
	c.around(center, radius+1, func(i int, far float64) {
		if edge := radius + 0.5 - far; edge > 0 {
			c.set(i, mix(c.pixel(i), color, cover*min(edge, 1)))
		}
	})
}

// ball adds the light of a ball with a halo, whose side towards the sun is bright. The radius is in
// pixels.
func (c *canvas) ball(center vec, radius float64, color rgb, sun vec) {
	toSun := vec{sun.x - center.x, sun.y - center.y}
	span := max(radius, 1) * max(math.Hypot(toSun.x, toSun.y), 1)
	c.around(center, 5*radius, func(i int, far float64) {
		x, y := float64(i%c.width)+0.5-center.x, float64(i/c.width)+0.5-center.y
		bright := 0.5 + 0.5*(x*toSun.x+y*toSun.y)/span
		inside := min(max(radius+0.5-far, 0), 1) * (0.12 + 1.1*max(bright, 0))
		halo := 0.3 * math.Exp(-far*far/(4*radius*radius))
		c.light[i] = c.light[i].plus(color.times(inside + halo))
	})
}

// sun adds the light of a sun, which reaches far. The radius is in pixels.
func (c *canvas) sun(center vec, radius float64) {
	color := rgb{1, 0.72, 0.38}
	c.around(center, 9*radius, func(i int, far float64) {
		part := far / radius
		fades := max(0, 1-part/9)
		c.light[i] = c.light[i].plus(color.times(6*math.Exp(-9*part*part) + 0.22*fades*fades*fades/(0.3+part)))
	})
}

// around calls what for the pixels around a place, with their distances from it.
func (c *canvas) around(center vec, radius float64, what func(i int, far float64)) {
	for y := max(0, int(center.y-radius)); y <= min(c.height-1, int(center.y+radius)); y++ {
		for x := max(0, int(center.x-radius)); x <= min(c.width-1, int(center.x+radius)); x++ {
			what(y*c.width+x, math.Hypot(float64(x)+0.5-center.x, float64(y)+0.5-center.y))
		}
	}
}

// between returns a place on the line between two: from where t is 0, to where t is 1.
func between(from, to vec, t float64) vec {
	return vec{from.x + (to.x-from.x)*t, from.y + (to.y-from.y)*t}
}

func (c *canvas) pixel(i int) rgb {
	p := c.picture[4*i:]
	return rgb{float64(p[0]), float64(p[1]), float64(p[2])}.times(1.0 / 255)
}

func (c *canvas) set(i int, color rgb) {
	p := c.picture[4*i:]
	p[0], p[1], p[2], p[3] = level(color.r), level(color.g), level(color.b), 255
}
