package main

import "math"

var palette = []rgb{
	{1.00, 0.42, 0.38},
	{1.00, 0.72, 0.28},
	{0.33, 0.84, 0.72},
	{0.30, 0.68, 1.00},
	{0.70, 0.55, 1.00},
	{1.00, 0.50, 0.75},
	{0.68, 0.88, 0.36},
	{0.95, 0.93, 0.88},
}

// disc is the picture of a ball. Lengths are in pixels.
type disc struct {
	x, y, radius float64
	color        rgb
	flash        float64 // 1 when the ball is struck; it fades from then on
}

func newDisc(b *ball, color rgb, now, scale float64) disc {
	const afterglow = 0.15 // seconds
	return disc{
		x: b.position.x * scale, y: b.position.y * scale, radius: b.radius * scale, color: color,
		flash: math.Exp((b.struck - now) / afterglow),
	}
}

// sample returns the colour of the disc at a point, and how much of the pixel around the point it
// covers.
func (d *disc) sample(x, y float64) (color rgb, cover float64) {
	x, y = x-d.x, y-d.y
	reach := d.radius + 0.5
	square := x*x + y*y
	if square >= reach*reach {
		return rgb{}, 0
	}
	cover = min(reach-math.Sqrt(square), 1)
	x, y = x/d.radius, y/d.radius
	return d.shade(x, y, math.Sqrt(max(1-x*x-y*y, 0))), cover
}

// The directions of the light, which comes from the upper left, and half way between the light and
// the eye, as unit vectors. z points towards the eye.
const (
	lightX, lightY, lightZ = -0.45, -0.65, 0.612
	halfX, halfY, halfZ    = -0.251, -0.362, 0.898
)

// shade returns the colour of a lit point of a unit sphere, whose normal is the point itself (the
// model of Blinn and Phong).
func (d *disc) shade(x, y, z float64) rgb {
	diffuse := max(x*lightX+y*lightY+z*lightZ, 0)
	gleam := max(x*halfX+y*halfY+z*halfZ, 0)
	for range 6 {
		gleam *= gleam // to the power of 64
	}
	rim := (1 - z) * (1 - z) * (1 - z)
	lit := d.color.times(0.22 + 0.85*diffuse + 0.35*d.flash)
	return lit.plus(rgb{1, 1, 1}.times(0.6*gleam + 0.12*d.flash)).plus(rgb{0.5, 0.45, 0.8}.times(0.35 * rim))
}

// dusk holds the colours of the sky, from the top of the picture to the floor.
var dusk = []rgb{{0.03, 0.04, 0.13}, {0.09, 0.08, 0.26}, {0.24, 0.13, 0.38}, {0.52, 0.24, 0.42}, {0.86, 0.46, 0.40}}

// backdrop returns the colour behind the balls at a point of the unit square: a sky at dusk, and a
// dark floor that mirrors the sky.
func backdrop(x, y float64) rgb {
	if y > floor {
		depth := (y - floor) / (1 - floor)
		return sky(x, floor-(y-floor)).times(0.42 - 0.25*depth)
	}
	return sky(x, y)
}

func sky(x, y float64) rgb {
	position := max(y, 0) / floor * float64(len(dusk)-1)
	i := min(int(position), len(dusk)-2)
	t := position - float64(i)
	color := mix(dusk[i], dusk[i+1], t*t*(3-2*t))
	glow := math.Exp(-12*(x-0.68)*(x-0.68) - 9*(y-floor)*(y-floor)) // where the sun has set
	aside := 2*x - 1
	return color.times(1 - 0.25*aside*aside).plus(rgb{0.30, 0.17, 0.04}.times(glow))
}
