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
	frameRate   = 25
	figureSize  = 256 // pixels, of width and height
	figureCount = 50  // frames
)

// figureParams say how often a point swings from side to side, and up and down.
type figureParams struct {
	X   int     `json:"x"`
	Y   int     `json:"y"`
	Hue float64 `json:"hue"`
}

// figure is a renderer of clips: a figure of Lissajous that turns, again and again.
func figure(ctx context.Context, enc *api.Encoder, path string, params json.RawMessage) error {
	var p figureParams
	if err := json.Unmarshal(params, &p); err != nil || p.X < 1 || p.Y < 1 {
		return farm.Permanent(fmt.Errorf("a figure needs x and y of at least 1, not %s", params))
	}
	video, err := enc.AddVideo(api.VideoConfig{
		Width: figureSize, Height: figureSize, FrameRate: frameRate, InputFormat: "rgba", Preset: "veryfast",
	})
	if err != nil {
		return err
	}
	if err := enc.OpenFile(ctx, path); err != nil {
		return err
	}
	c := newCanvas(figureSize, figureSize)
	for k := range figureCount {
		p.draw(c, float64(k)/figureCount)
		if err := video.AddFrames(ctx, api.Frames{Data: c.pixels, Layout: api.Raw}); err != nil {
			return err
		}
	}
	return nil
}

// draw draws the figure at a moment of its turn, from 0 to 1.
func (p figureParams) draw(c *canvas, moment float64) {
	c.clear()
	points := int(230 * math.Hypot(float64(p.X), float64(p.Y)))
	for k := range points {
		t := float64(k) / float64(points)
		x, y := p.at(t, moment)
		c.glow(x, y, 1.5, hue(p.Hue+0.15*math.Sin(2*math.Pi*t)).times(0.4))
	}
	for k := range 3 {
		x, y := p.at(moment/float64(max(p.X, p.Y))+float64(k)/3, moment)
		c.glow(x, y, 4, color{0.9, 0.9, 0.9})
	}
}

// at returns where the point is.
func (p figureParams) at(t, moment float64) (x, y float64) {
	const middle, swing = figureSize / 2, 0.42 * figureSize
	turn := 2 * math.Pi * t
	return middle + swing*math.Sin(float64(p.X)*turn+2*math.Pi*moment), middle + swing*math.Sin(float64(p.Y)*turn)
}
