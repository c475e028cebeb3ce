package chart

import (
	"math"
	"slices"
	"strconv"
)

// Point is a value at a number of streams, with its quartiles.
type Point struct {
	X                float64
	Value, Low, High float64
}

// Curve is a line through points, with a band from quartile to quartile.
type Curve struct {
	Label  string
	Kind   Kind
	Points []Point
}

// Panel is a diagram. Its horizontal axis doubles from step to step, its vertical axis begins at 0.
type Panel struct {
	Title  string
	XLabel string
	Curves []Curve
}

// area is the place of a diagram in the drawing.
type area struct{ x, y, w, h float64 }

// Curves draws panels side by side, and a note below.
func Curves(title, note string, panels []Panel) string {
	s := &svg{width: width}
	s.text(16, 28, "title", "start", title)
	each := float64(width) / float64(len(panels))
	for i, p := range panels {
		p.draw(s, area{x: float64(i)*each + 62, y: 92, w: each - 84, h: 210})
	}
	s.text(16, 372, "small", "start", note)
	return s.document(388, title)
}

func (p Panel) draw(s *svg, a area) {
	s.text(a.x-46, a.y-36, "head", "start", p.Title)
	most, last := 0., 1.
	for _, c := range p.Curves {
		for _, point := range c.Points {
			most, last = max(most, point.Value, point.High), max(last, point.X)
		}
	}
	step := tick(most)
	top := math.Ceil(most/step) * step
	place := func(x, v float64) [2]float64 {
		return [2]float64{a.x + a.w*math.Log2(x)/max(math.Log2(last), 1), a.y + a.h*(1-v/top)}
	}
	for i := range int(math.Round(top/step)) + 1 {
		v := float64(i) * step
		y := place(1, v)[1]
		s.line(a.x, y, a.x+a.w, y, "grid")
		s.text(a.x-8, y+4, "small", "end", number(v))
	}
	s.line(a.x, a.y+a.h, a.x+a.w, a.y+a.h, "axis")
	for x := 1.; x <= last; x *= 2 {
		at := place(x, 0)
		s.line(at[0], at[1], at[0], at[1]+5, "axis")
		s.text(at[0], at[1]+20, "small", "middle", strconv.Itoa(int(x)))
	}
	s.text(a.x+a.w/2, a.y+a.h+42, "small", "middle", p.XLabel)
	x := a.x
	for _, c := range p.Curves {
		c.draw(s, place)
		s.rect(x, a.y-24, 14, 4, string(c.Kind))
		s.text(x+20, a.y-18, "small", "start", c.Label)
		x += 34 + 7.5*float64(len(c.Label))
	}
}

func (c Curve) draw(s *svg, place func(x, v float64) [2]float64) {
	var line, band [][2]float64
	for _, p := range c.Points {
		line, band = append(line, place(p.X, p.Value)), append(band, place(p.X, p.High))
	}
	for _, p := range slices.Backward(c.Points) {
		band = append(band, place(p.X, p.Low))
	}
	s.add(`<polygon points="%s" class="band %s"/>`+"\n", points(band), c.Kind)
	s.add(`<polyline points="%s" class="line %s"/>`+"\n", points(line), c.Kind)
	for _, p := range line {
		s.add(`<circle cx="%.1f" cy="%.1f" r="3.5" class="%s"/>`+"\n", p[0], p[1], c.Kind)
	}
}

// number returns a number on an axis, without the errors of its calculation.
func number(v float64) string { return strconv.FormatFloat(math.Round(v*1e6)/1e6, 'f', -1, 64) }

// tick returns a round number that goes into most three to seven times. It is 1 where most is not
// positive.
func tick(most float64) float64 {
	if most <= 0 {
		return 1
	}
	unit := math.Pow(10, math.Floor(math.Log10(most)))
	for _, f := range []float64{2, 1, .5} {
		if most/(f*unit) >= 3 {
			return f * unit
		}
	}
	return unit / 5
}
