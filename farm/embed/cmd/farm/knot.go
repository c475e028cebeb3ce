package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/farm"
)

const (
	knotWidth, knotHeight = 640, 360
	sampleRate            = 48000
)

// knotParams say how long the film is.
type knotParams struct {
	Seconds int `json:"seconds"`
}

// knot is a renderer of films: a curve in space, which turns and changes, and sounds like the ratio
// of its swings. Each picture follows from its time alone, so machines draw parts of the film in
// any order.
func knot(params json.RawMessage) (api.Film, error) {
	var p knotParams
	if err := json.Unmarshal(params, &p); err != nil || p.Seconds < 1 {
		return api.Film{}, farm.Permanent(fmt.Errorf("a knot needs seconds of at least 1, not %s", params))
	}
	return api.Film{
		Video: api.VideoConfig{
			Width: knotWidth, Height: knotHeight, FrameRate: frameRate, InputFormat: "rgba", Preset: "veryfast",
		},
		Frames: p.Seconds * frameRate, Chunk: 2 * frameRate, Draw: drawKnot,
		Audio:       &api.AudioConfig{SampleRate: sampleRate, NumChannels: 2},
		Sound:       func(ctx context.Context, a *api.AudioStream) error { return soundKnot(ctx, a, p.Seconds*sampleRate) },
		Fingerprint: "knot, version 1",
	}, nil
}

// drawKnot feeds n frames from one on.
func drawKnot(ctx context.Context, v *api.VideoStream, from, n int) error {
	c := newCanvas(knotWidth, knotHeight)
	for k := from; k < from+n; k++ {
		paintKnot(c, float64(k)/frameRate)
		if err := v.AddFrames(ctx, api.Frames{Data: c.pixels, Layout: api.Raw}); err != nil {
			return err
		}
	}
	return nil
}

// paintKnot draws the picture of a second of the film.
func paintKnot(c *canvas, second float64) {
	c.clear()
	const points, beads = 1500, 9
	for k := range points {
		t := float64(k) / points
		x, y, near := seeKnot(t, second)
		c.glow(x, y, 1.5*near, hue(t+second/20).times(0.1*near*near))
	}
	for k := range beads {
		t := float64(k)/beads + second/30
		x, y, near := seeKnot(t, second)
		c.glow(x, y, 4.5*near, color{0.8, 0.8, 0.8})
		c.glow(x, y, 14*near, hue(t+second/20).times(0.3))
	}
}

// seeKnot returns where a point of the curve is in the picture, in pixels, and how near: 1 is the
// middle of the knot.
func seeKnot(t, second float64) (x, y, near float64) {
	turn, slow := 2*math.Pi*t, 2*math.Pi*second/20
	a, b, c := math.Cos(3*turn+0.7+slow), math.Cos(2*turn+0.2), math.Cos(5*turn+2*slow)
	sin, cos := math.Sincos(slow)
	a, c = a*cos-c*sin, a*sin+c*cos
	near = 2.8 / (2.8 - c)
	const size = 0.24 * knotHeight
	return knotWidth/2 + 1.35*size*a*near, knotHeight/2 + size*b*near, near
}

// soundKnot feeds all samples of the film: a chord of the three swings, which come and go.
func soundKnot(ctx context.Context, audio *api.AudioStream, samples int) error {
	const most = sampleRate / 10
	for from := 0; from < samples; from += most {
		n := min(most, samples-from)
		left, right := make([]float32, n), make([]float32, n)
		for k := range n {
			second := float64(from+k) / sampleRate
			edge := min(1, second, float64(samples-from-k)/sampleRate) // the sound comes and goes within a second
			for i, swing := range []float64{2, 3, 5} {
				loud := 0.1 * edge * (1 + math.Sin(2*math.Pi*second*(0.05+0.03*float64(i))))
				tone := loud * math.Sin(2*math.Pi*55*swing*second)
				side := 0.5 + 0.4*math.Sin(second*(0.3+0.2*float64(i)))
				left[k] += float32(tone * (1 - side))
				right[k] += float32(tone * side)
			}
		}
		if err := audio.AddSamples(ctx, [][]float32{left, right}); err != nil {
			return err
		}
	}
	return nil
}
