package main

import "math"

// yearsPerSecond is how fast time passes in the film.
const yearsPerSecond = 1.0 / 8

// body is a planet or a comet, and its look.
type body struct {
	orbit
	color  rgb
	radius float64 // in pixels of a picture that is 720 high
	tail   bool
}

// bodies are the inner planets, with their true orbits of the year 2000, and a comet with an orbit
// like Encke's.
// Source of the orbits: E. M. Standish, "Keplerian Elements for Approximate Positions of the Major
// Planets", Jet Propulsion Laboratory.
var bodies = []body{
	{orbit{0.38710, 0.20563, degrees(77.46), degrees(174.79), degrees(7.0)}, rgb{0.75, 0.62, 0.55}, 4, false},
	{orbit{0.72333, 0.00677, degrees(131.60), degrees(50.38), degrees(3.4)}, rgb{1.00, 0.80, 0.45}, 7, false},
	{orbit{1.00000, 0.01671, degrees(102.94), degrees(357.53), 0}, rgb{0.35, 0.60, 1.00}, 7.5, false},
	{orbit{1.52371, 0.09339, degrees(336.06), degrees(19.39), degrees(1.9)}, rgb{1.00, 0.42, 0.25}, 5, false},
	{orbit{2.21500, 0.84830, degrees(161.10), degrees(215), degrees(11.8)}, rgb{0.55, 0.90, 0.85}, 2.5, true},
}

func degrees(d float64) float64 { return d * math.Pi / 180 }

// camera looks at the sun, and goes around it slowly.
type camera struct {
	width, height float64
	sin, cos      float64 // of its direction
	down, level   float64 // sine and cosine of the angle at which it looks down
}

const (
	cameraTurn = 70 // seconds for a turn
	distance   = 5.2
	zoom       = 1.62 // of the height of the picture, for a length of 1 at a distance of 1
)

func newCamera(width, height int, second float64) camera {
	c := camera{width: float64(width), height: float64(height)}
	c.sin, c.cos = math.Sincos(2 * math.Pi * second / cameraTurn)
	c.down, c.level = math.Sincos(degrees(38 + 12*math.Sin(2*math.Pi*second/47)))
	return c
}

// center is the place of the sun.
func (c *camera) center() vec { return vec{c.width / 2, c.height / 2} }

// inFront returns true if a direction is not behind the camera.
func (c *camera) inFront(p vec3) bool {
	return (p.x*c.sin+p.y*c.cos)*c.level-p.z*c.down > 0.05
}

// see returns where a point is in the picture, in pixels, and how large a length of 1 is there.
func (c *camera) see(p vec3) (place vec, scale float64) {
	x := p.x*c.cos - p.y*c.sin
	far := p.x*c.sin + p.y*c.cos
	depth := distance + far*c.level - p.z*c.down
	up := far*c.down + p.z*c.level
	scale = zoom * c.height / max(depth, 0.5)
	return vec{c.width/2 + x*scale, c.height/2 - up*scale}, scale
}
