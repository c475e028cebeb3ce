package chart

// Bar is a value with its quartiles.
type Bar struct {
	Label     string
	Kind      Kind
	Value     float64
	Low, High float64
	Text      string // stands behind the bar
}

// Group is a block of bars that share a scale.
type Group struct {
	Title string
	Bars  []Bar
}

const (
	width     = 760
	labels    = 205. // room for them, left of the bars
	texts     = 230. // right of the bars
	barHeight = 18.
	barStep   = 25.
)

// Bars draws groups of horizontal bars, each group to its own scale, and a note below.
func Bars(title, note string, groups []Group) string {
	s := &svg{width: width}
	s.text(16, 28, "title", "start", title)
	y := 48.
	for _, g := range groups {
		if g.Title != "" {
			s.text(16, y+14, "head", "start", g.Title)
			y += 26
		}
		y = s.bars(g, y) + 12
	}
	s.text(16, y+8, "small", "start", note)
	return s.document(y+22, title)
}

func (s *svg) bars(g Group, y float64) float64 {
	most := 0.
	for _, b := range g.Bars {
		most = max(most, b.Value, b.High)
	}
	if most == 0 { // bars of a pixel
		most = 1
	}
	scale := (width - labels - texts) / most
	place := func(v float64) float64 { return labels + v*scale }
	for _, b := range g.Bars {
		middle := y + barHeight/2
		s.text(labels-8, middle+4.5, "", "end", b.Label)
		s.rect(labels, y, max(b.Value*scale, 1.5), barHeight, string(b.Kind))
		if high := place(b.High); high-place(b.Low) > 2 {
			s.line(place(b.Low), middle, high, middle, "whisker")
			s.line(place(b.Low), middle-4, place(b.Low), middle+4, "whisker")
			s.line(high, middle-4, high, middle+4, "whisker")
		}
		s.text(max(place(b.Value), place(b.High))+8, middle+4.5, "", "start", b.Text)
		y += barStep
	}
	return y
}
