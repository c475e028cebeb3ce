package main

import (
	"fmt"
	"strings"

	"github.com/avloom/avloom/benchmarks/internal/chart"
	"github.com/avloom/avloom/benchmarks/internal/report"
)

// filmPanels returns, for each case of film-scaling, how many times as fast a film is made with
// more workers, and what as many processes of the encoder alone do.
func filmPanels(r *report.Report) (panels []chart.Panel) {
	var cases []string
	rows := map[string][]report.Row{}
	for _, row := range r.Of("film-scaling") {
		if len(rows[row.Case]) == 0 {
			cases = append(cases, row.Case)
		}
		rows[row.Case] = append(rows[row.Case], row)
	}
	for _, name := range cases {
		panel := chart.Panel{Title: name + ": times one worker", XLabel: "workers"}
		for _, who := range []string{"avloom", theCeiling} {
			c := chart.Curve{Label: who, Kind: kindOf(who)}
			for _, row := range rows[name] {
				var n int
				if _, err := fmt.Sscanf(row.Contender, who+" %d", &n); err == nil {
					s := row.Ratio
					c.Points = append(c.Points, chart.Point{X: float64(n), Value: s.Median, Low: s.Q1, High: s.Q3})
				}
			}
			panel.Curves = append(panel.Curves, c)
		}
		panels = append(panels, panel)
	}
	return panels
}

// filmEnds tells how large a part of RenderFilm's time the ends of films took.
func filmEnds(rows []report.Row) string {
	var parts []string
	for _, row := range rows {
		if row.Contender == renderFilm && row.Idle != nil {
			parts = append(parts, fmt.Sprintf("%s %.1f %% and %.1f %%", row.Case, 100*row.Idle.Median, 100*row.Join.Median))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return "\nSo much of RenderFilm's time passed while a worker had no chunk left (on average over the\n" +
		"workers), and after the last chunk: " + strings.Join(parts, ", ") + ".\n"
}
