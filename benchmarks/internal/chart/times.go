package chart

import (
	"math"
	"strconv"
)

// Series is what one quantity did over time.
type Series struct {
	Title   string
	Seconds []float64
	Values  []float64
	Marks   []int // indices of values that stand out
}

const (
	rowHeight = 96.
	rowLeft   = 70.
)

// Times draws series below one another, on one axis of time in minutes, and a note below.
func Times(title, note string, all []Series) string {
	s := &svg{width: width}
	s.text(16, 28, "title", "start", title)
	last := 1.
	for _, series := range all {
		for _, at := range series.Seconds {
			last = max(last, at)
		}
	}
	y := 64.
	for _, series := range all {
		series.draw(s, area{x: rowLeft, y: y, w: width - rowLeft - 24, h: rowHeight - 36}, last)
		y += rowHeight
	}
	step := tick(last / 60)
	for i := 0.; i*step <= last/60; i++ {
		s.text(rowLeft+(width-rowLeft-24)*i*step*60/last, y-16, "small", "middle", strconv.FormatFloat(i*step, 'g', 4, 64))
	}
	s.text(rowLeft+(width-rowLeft-24)/2, y+4, "small", "middle", "minutes")
	s.text(16, y+24, "small", "start", note)
	return s.document(y+38, title)
}

func (r Series) draw(s *svg, a area, last float64) {
	s.text(16, a.y-10, "head", "start", r.Title)
	most := 0.
	for _, v := range r.Values {
		most = max(most, v)
	}
	step := tick(most)
	top := math.Max(math.Ceil(most/step), 1) * step
	place := func(i int) [2]float64 {
		return [2]float64{a.x + a.w*r.Seconds[i]/last, a.y + a.h*(1-r.Values[i]/top)}
	}
	for _, v := range []float64{0, top} {
		y := a.y + a.h*(1-v/top)
		s.line(a.x, y, a.x+a.w, y, "grid")
		s.text(a.x-8, y+4, "small", "end", strconv.FormatFloat(v, 'f', -1, 64))
	}
	line := make([][2]float64, len(r.Values))
	for i := range line {
		line[i] = place(i)
	}
	s.add(`<polyline points="%s" class="line %s"/>`+"\n", points(line), Ours)
	for _, i := range r.Marks {
		at := place(i)
		s.add(`<circle cx="%.1f" cy="%.1f" r="3.5" class="%s"/>`+"\n", at[0], at[1], Other)
	}
}
