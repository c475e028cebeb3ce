package main

import (
	"context"
	"math"

	"github.com/avloom/avloom/api"
)

const (
	size      = 256 // pixels, both ways
	frameRate = 30
	frames    = 60
)

// swarm is how many pendulums a clip shows. They begin all but alike, and part.
const swarm = 12

// clip is one simulation and its look, both of which follow from its number.
type clip struct {
	pendulums []pendulum
	hue       float64 // of the first pendulum, in turns
}

// newClip returns clip k of n, with its own angles, friction and colours.
func newClip(k, n int) *clip {
	part := float64(k) / float64(n)
	golden := math.Mod(float64(k)*(math.Sqrt(5)-1)/2, 1) // spread evenly, whatever n is
	c := &clip{hue: part}
	for i := range swarm {
		c.pendulums = append(c.pendulums, pendulum{
			inner:    math.Pi * (0.62 + 0.4*golden),
			outer:    math.Pi*(0.45+1.1*part) + 0.03*float64(i),
			friction: 0.01 + 0.03*golden,
		})
	}
	return c
}

// render feeds the clip to an encoder. It is the Run of a job, so it leaves the encoder open;
// RenderAll closes it.
func (c *clip) render(ctx context.Context, enc *api.Encoder, path string) error {
	video, err := enc.AddVideo(api.VideoConfig{
		Width: size, Height: size, FrameRate: frameRate, InputFormat: "rgba",
		Threads: 1, // so that the bytes of the file do not depend on the machine
	})
	if err != nil {
		return err
	}
	if err := enc.OpenFile(ctx, path, api.Metadata(map[string]string{"title": "Double pendulums"})); err != nil {
		return err
	}
	canvas := newCanvas(size, size)
	for range frames {
		c.draw(canvas)
		if err := video.AddFrames(ctx, api.Frames{Data: canvas.pixels(), Layout: api.Raw}); err != nil {
			return err
		}
	}
	return nil
}

// draw moves the pendulums on by a frame, draws the traces of light that they leave, and then their
// rods.
func (c *clip) draw(to *canvas) {
	const steps, dt = 16, 0.012
	to.fade()
	for range steps {
		for i := range c.pendulums {
			p := &c.pendulums[i]
			_, from := p.bobs()
			p.step(dt)
			_, bob := p.bobs()
			to.glow(place(from), place(bob), c.color(i))
		}
	}
	to.develop()
	for i := range c.pendulums {
		inner, outer := c.pendulums[i].bobs()
		inner, outer = place(inner), place(outer)
		to.rod(place(vec{}), inner, c.color(i))
		to.rod(inner, outer, c.color(i))
		to.bob(outer, c.color(i))
	}
}

// reach is the length that half the picture's side shows, in rods. The pendulums reach 2.
const reach = 2.25

// place returns the place of a point in the picture, in pixels.
func place(v vec) vec { return vec{size / 2 * (1 + v.x/reach), size / 2 * (1 + v.y/reach)} }

// color goes over a third of the circle of hues, from one pendulum to the last.
func (c *clip) color(i int) rgb { return hue(c.hue + float64(i)/(3*swarm)) }
