// Package chart draws bars and curves as SVG. The files need no script and no font, and follow the
// reader's choice of light or dark. docs/decisions.md says why no plotting library draws them.
//
// A new kind of chart is a file here, with a function that returns an SVG document, as Bars does.
package chart

import (
	"fmt"
	"html"
	"strings"
)

// Kind says whose a bar or a curve is, which decides its colour.
type Kind string

// The kinds.
const (
	Ours  Kind = "ours"
	Limit Kind = "limit" // cannot be surpassed
	Other Kind = "other"
)

// style has each colour twice, for light and for dark pages.
const style = `<style>
text { font: 13px system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; fill: #1f2328 }
.title { font-size: 16px; font-weight: 600 }
.head { font-weight: 600 }
.small { font-size: 12px; fill: #59636e }
.ours { fill: #0969da } .limit { fill: #8c959f } .other { fill: #d29922 }
.line { fill: none; stroke-width: 2 }
.line.ours { stroke: #0969da } .line.limit { stroke: #8c959f } .line.other { stroke: #d29922 }
.band { opacity: .18; stroke: none }
.whisker { stroke: #1f2328; stroke-width: 1.2; opacity: .7 }
.axis { stroke: #8c959f; stroke-width: 1 } .grid { stroke: #8c959f; stroke-width: 1; opacity: .25 }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3 } .small { fill: #9198a1 }
.ours { fill: #4493f8 } .limit { fill: #7d8590 } .other { fill: #bb8009 }
.line.ours { stroke: #4493f8 } .line.limit { stroke: #7d8590 } .line.other { stroke: #bb8009 }
.line { fill: none } .whisker { stroke: #e6edf3 }
}
</style>
`

// svg is a drawing that grows.
type svg struct {
	strings.Builder
	width int
}

// document returns the drawing as an SVG document.
func (s *svg) document(height float64, title string) string {
	head := fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %.0f" width="%d" height="%.0f"`,
		s.width, height, s.width, height)
	label := fmt.Sprintf(` role="img" aria-label="%s">`, html.EscapeString(title))
	return head + label + "\n" + style + s.String() + "</svg>\n"
}

func (s *svg) text(x, y float64, class, anchor, text string) {
	s.add(`<text x="%.1f" y="%.1f" class="%s" text-anchor="%s">%s</text>`+"\n",
		x, y, class, anchor, html.EscapeString(text))
}

func (s *svg) line(x1, y1, x2, y2 float64, class string) {
	s.add(`<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" class="%s"/>`+"\n", x1, y1, x2, y2, class)
}

func (s *svg) rect(x, y, w, h float64, class string) {
	s.add(`<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" rx="2" class="%s"/>`+"\n", x, y, w, h, class)
}

// points returns places as the points of a polyline or a polygon.
func points(list [][2]float64) string {
	texts := make([]string, len(list))
	for i, p := range list {
		texts[i] = fmt.Sprintf("%.1f,%.1f", p[0], p[1])
	}
	return strings.Join(texts, " ")
}

func (s *svg) add(format string, args ...any) { _, _ = fmt.Fprintf(s, format, args...) }
