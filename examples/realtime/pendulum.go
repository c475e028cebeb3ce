package main

import (
	"image"
	"image/color"
	"image/draw"
	"math"
)

// pendulum is a double pendulum with rods of length 1 and equal masses. Angles are in radians from
// straight down.
type pendulum struct {
	angle, speed [2]float64
	phase        float64 // of the sound
}

func newPendulum() *pendulum { return &pendulum{angle: [2]float64{2.2, 2.6}} }

// gravity is in lengths of a rod per s².
const gravity = 9.81

// step moves the pendulum on by a tick, with the semi-implicit method of Euler. The accelerations
// are those of the Lagrangian of the double pendulum.
func (p *pendulum) step() {
	const dt = 1.0 / ticksPerSecond
	difference := p.angle[0] - p.angle[1]
	sin, cos := math.Sincos(difference)
	w0, w1 := p.speed[0]*p.speed[0], p.speed[1]*p.speed[1]
	scale := 3 - math.Cos(2*difference)
	a0 := (-3*gravity*math.Sin(p.angle[0]) - gravity*math.Sin(p.angle[0]-2*p.angle[1]) - 2*sin*(w1+w0*cos)) / scale
	a1 := 2 * sin * (2*w0 + 2*gravity*math.Cos(p.angle[0]) + w1*cos) / scale
	p.speed[0] += a0 * dt
	p.speed[1] += a1 * dt
	p.angle[0] += p.speed[0] * dt
	p.angle[1] += p.speed[1] * dt
}

// sing returns the sound of a tick: a tone that rises with the speed of the outer rod. Its phase
// goes on from tick to tick, so that a cut would be heard.
func (p *pendulum) sing(samples int) []float32 {
	out := make([]float32, samples)
	pitch := 220 * (1 + min(math.Abs(p.speed[1]), 20)/10) // in Hz
	for i := range out {
		p.phase = math.Mod(p.phase+2*math.Pi*pitch/sampleRate, 2*math.Pi)
		out[i] = float32(0.2 * math.Sin(p.phase))
	}
	return out
}

// canvas is the picture that the pendulum is drawn on.
type canvas struct{ *image.RGBA }

func newCanvas(width, height int) canvas {
	return canvas{image.NewRGBA(image.Rect(0, 0, width, height))}
}

// draw returns a picture of the pendulum. The next call overwrites it.
func (c canvas) draw(p *pendulum) *image.RGBA {
	draw.Draw(c, c.Bounds(), image.NewUniform(color.RGBA{16, 20, 32, 255}), image.Point{}, draw.Src)
	length := float64(c.Bounds().Dy()) / 5
	x, y := float64(c.Bounds().Dx())/2, float64(c.Bounds().Dy())/2
	for i, tint := range []color.RGBA{{250, 190, 80, 255}, {90, 200, 250, 255}} {
		sin, cos := math.Sincos(p.angle[i])
		endX, endY := x+length*sin, y+length*cos
		c.rod(x, y, endX, endY, tint)
		c.disc(endX, endY, length/8, tint)
		x, y = endX, endY
	}
	return c.RGBA
}

// rod draws a line of dots.
func (c canvas) rod(x, y, endX, endY float64, tint color.RGBA) {
	n := int(math.Hypot(endX-x, endY-y)) + 1
	for i := range n {
		t := float64(i) / float64(n)
		c.disc(x+(endX-x)*t, y+(endY-y)*t, 1.5, tint)
	}
}

func (c canvas) disc(x, y, radius float64, tint color.RGBA) {
	for row := int(y - radius); row <= int(y+radius); row++ {
		for column := int(x - radius); column <= int(x+radius); column++ {
			if math.Hypot(float64(column)-x, float64(row)-y) <= radius {
				c.SetRGBA(column, row, tint)
			}
		}
	}
}
