package main

import "math"

// rgb is a colour, whose parts are 0 to 1, or light, whose parts may be more.
type rgb struct{ r, g, b float64 }

func (a rgb) plus(b rgb) rgb      { return rgb{a.r + b.r, a.g + b.g, a.b + b.b} }
func (a rgb) times(f float64) rgb { return rgb{a.r * f, a.g * f, a.b * f} }

// mix returns a colour between two: from where t is 0, to where t is 1.
func mix(from, to rgb, t float64) rgb { return from.times(1 - t).plus(to.times(t)) }

// hue returns a bright colour of the circle of hues. turns counts turns of the circle.
func hue(turns float64) rgb {
	wave := func(peak float64) float64 { return 0.55 + 0.45*math.Cos(2*math.Pi*(turns-peak)) }
	return rgb{wave(0), wave(1.0 / 3), wave(2.0 / 3)}
}

func level(v float64) byte { return byte(min(max(v, 0), 1)*255 + 0.5) }
