package capacity

import (
	"fmt"

	"github.com/avloom/avloom/benchmarks/internal/chart"
)

// draw returns the table as SVG: a group of bars for each size, whose lengths are the numbers of
// streams. A whisker leads to the smallest number that failed.
func (r *Result) draw() string {
	var groups []chart.Group
	bySize := map[string]int{}
	for _, row := range r.Rows {
		if row.Error != "" {
			continue
		}
		i, ok := bySize[row.Size]
		if !ok {
			i = len(groups)
			bySize[row.Size] = i
			groups = append(groups, chart.Group{Title: row.Size})
		}
		groups[i].Bars = append(groups[i].Bars, row.bar())
	}
	title := fmt.Sprintf("Live streams of %v frames per second that this machine carries", r.Settings.Rate)
	note := fmt.Sprintf("%s, %d cores, %s; whiskers: the smallest number that failed",
		r.Host.CPU, r.Cores, r.Date.Format("2006-01-02"))
	return chart.Bars(title, note, groups)
}

func (r Row) bar() chart.Bar {
	streams := float64(r.Streams)
	b := chart.Bar{Label: r.Codec + " " + r.Preset, Kind: chart.Ours, Value: streams, Low: streams, High: streams}
	if r.Streams == 0 {
		b.Text = fmt.Sprintf("0: %.2f of real time", r.Speed)
		return b
	}
	b.High = max(streams, float64(r.Failed))
	b.Text = fmt.Sprintf("%d, %.1f cores, %.0f MiB", r.Streams, r.Cores, r.Memory)
	return b
}
