package main

import "math"

// canvas is a picture that light is added to, RGBA row by row.
type canvas struct {
	width, height  int
	ground, pixels []byte
	across         []float64 // of a glow, for each column
}

// newCanvas returns a canvas with a dark ground that is brighter in the middle.
func newCanvas(width, height int) *canvas {
	c := &canvas{width: width, height: height, across: make([]float64, width)}
	c.ground, c.pixels = make([]byte, 4*width*height), make([]byte, 4*width*height)
	for y := range height {
		for x := range width {
			u, v := float64(x)/float64(width)-0.5, float64(y)/float64(height)-0.5
			bright := max(0, 1-1.6*(u*u+v*v))
			copy(c.ground[4*(y*width+x):], []byte{byte(14 * bright), byte(16 * bright), byte(34 * bright), 255})
		}
	}
	return c
}

func (c *canvas) clear() { copy(c.pixels, c.ground) }

// color is red, green and blue light; 1 is as much as a pixel shows.
type color [3]float64

// hue returns a colour of the rainbow; all whole numbers are red.
func hue(h float64) (c color) {
	for i := range c {
		c[i] = 0.5 + 0.5*math.Cos(2*math.Pi*(h-float64(i)/3))
	}
	return c
}

func (c color) times(f float64) color { return color{c[0] * f, c[1] * f, c[2] * f} }

// glow adds light around a place, in pixels. Of its strength a hundredth is left at the reach.
func (c *canvas) glow(x, y, radius float64, light color) {
	reach := 2.2 * radius
	left, right := max(0, int(x-reach)), min(c.width-1, int(x+reach))
	for column := left; column <= right; column++ {
		c.across[column] = bell((float64(column) + 0.5 - x) / radius)
	}
	for row := max(0, int(y-reach)); row <= min(c.height-1, int(y+reach)); row++ {
		along := light.times(255 * bell((float64(row)+0.5-y)/radius))
		for column := left; column <= right; column++ {
			pixel, part := c.pixels[4*(row*c.width+column):][:3], c.across[column]
			for i := range pixel {
				pixel[i] = byte(min(255, int(pixel[i])+int(along[i]*part)))
			}
		}
	}
}

func bell(x float64) float64 { return math.Exp(-x * x) }
