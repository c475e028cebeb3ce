package main

import (
	"image"
	"math"
)

// canvas is the picture that the balls are drawn on. Its background is painted once; each picture
// begins as a copy of the background.
type canvas struct {
	picture    *image.RGBA
	background []byte
	scale      float64 // pixels per unit of length
}

func newCanvas(width, height int) *canvas {
	c := &canvas{picture: image.NewRGBA(image.Rect(0, 0, width, height)), scale: float64(height)}
	for y := range height {
		for x := range width {
			c.set(x, y, backdrop((float64(x)+0.5)/float64(width), (float64(y)+0.5)/float64(height)))
		}
	}
	c.background = append(c.background, c.picture.Pix...)
	return c
}

// draw returns a picture of the world. The next call overwrites it.
func (c *canvas) draw(w *world) *image.RGBA {
	copy(c.picture.Pix, c.background)
	for i := range w.balls {
		d := newDisc(&w.balls[i], palette[i%len(palette)], w.now, c.scale)
		c.paint(d, reflected)
		c.paint(d, seen)
	}
	return c.picture
}

// view says whether a disc is seen directly or in the floor.
type view int

const (
	seen      view = iota
	reflected      // in the floor
)

// paint draws a disc: it visits the pixels in the box around the disc, or in the mirror image of
// that box below the floor.
func (c *canvas) paint(d disc, v view) {
	bounds := c.picture.Bounds()
	ground := int(math.Round(floor * c.scale))
	top, bottom := int(d.y-d.radius)-1, min(int(d.y+d.radius)+2, ground)
	if v == reflected {
		top, bottom = 2*ground-bottom, min(2*ground-top, bounds.Max.Y)
	}
	left, right := max(int(d.x-d.radius)-1, 0), min(int(d.x+d.radius)+2, bounds.Max.X)
	for y := max(top, 0); y < bottom; y++ {
		from, strength := float64(y)+0.5, 1.0
		if v == reflected {
			strength = 0.3 * (1 - (from-float64(ground))/(float64(bounds.Max.Y)-float64(ground)))
			from = 2*float64(ground) - from
		}
		for x := left; x < right; x++ {
			if color, cover := d.sample(float64(x)+0.5, from); cover > 0 {
				c.blend(x, y, color, cover*strength)
			}
		}
	}
}

func (c *canvas) set(x, y int, color rgb) {
	p := c.picture.Pix[c.picture.PixOffset(x, y):]
	p[0], p[1], p[2], p[3] = level(color.r), level(color.g), level(color.b), 255
}

// blend lays a colour over a pixel. cover is the part of the pixel that it covers.
func (c *canvas) blend(x, y int, color rgb, cover float64) {
	p := c.picture.Pix[c.picture.PixOffset(x, y):]
	under := rgb{float64(p[0]), float64(p[1]), float64(p[2])}.times(1.0 / 255)
	c.set(x, y, color.times(cover).plus(under.times(1-cover)))
}

// rgb is a colour. Its parts lie between 0 and 1.
type rgb struct{ r, g, b float64 }

func (a rgb) plus(b rgb) rgb      { return rgb{a.r + b.r, a.g + b.g, a.b + b.b} }
func (a rgb) times(f float64) rgb { return rgb{a.r * f, a.g * f, a.b * f} }

// mix returns a colour between two: from where t is 0, to where t is 1.
func mix(from, to rgb, t float64) rgb { return from.times(1 - t).plus(to.times(t)) }

func level(v float64) byte { return byte(min(max(v, 0), 1)*255 + 0.5) }
