package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/avloom/avloom/benchmarks/internal/chart"
	"github.com/avloom/avloom/benchmarks/internal/measure"
	"github.com/avloom/avloom/benchmarks/internal/report"
)

// draw writes the charts of a report into a folder, as SVG. It does nothing where the folder is "".
func draw(r *report.Report, folder string) error {
	if folder == "" {
		return nil
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	for name, drawing := range drawings(r) {
		if err := os.WriteFile(filepath.Join(folder, name+".svg"), []byte(drawing), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// drawings returns the charts by name. A group that was not measured has none.
func drawings(r *report.Report) map[string]string {
	note := fmt.Sprintf("%s, %d cores, %s; median and quartiles of rounds in turn",
		r.Host.CPU, r.Host.Cores, r.Date.Format("2006-01-02"))
	byName := map[string]string{}
	bars := func(name, title, note string, groups []chart.Group) {
		if len(groups) > 0 {
			byName[name] = chart.Bars(title, note, groups)
		}
	}
	rateNote := note + "; after | : speed by that of the honest ceiling"
	for _, preset := range presets {
		ofPreset := func(row report.Row) bool {
			return row.Group == "stream" && strings.HasSuffix(row.Case, " "+preset.name)
		}
		title := "One stream, x264 " + preset.name + ": speed by that of the encoder alone"
		bars("stream-"+preset.name, title, rateNote, rateGroups(r, ofPreset, "fps"))
	}
	ofClips := func(row report.Row) bool { return row.Group == "clips" }
	bars("clips", "Many short clips: speed by that of the encoder alone", rateNote, rateGroups(r, ofClips, "clips/s"))
	ofAV1 := func(row report.Row) bool { return row.Group == "av1" }
	bars("av1", "One stream, SVT-AV1: speed by that of the encoder alone", rateNote, rateGroups(r, ofAV1, "fps"))
	ofFilm := func(row report.Row) bool { return row.Group == "film" }
	bars("film", "One film on all cores: speed by that of an encoder process per core", note,
		rateGroups(r, ofFilm, "fps"))
	if panels := filmPanels(r); len(panels) > 0 {
		byName["film-scaling"] = chart.Curves("One film, by workers", note, panels)
	}
	bars("kernels", "RGB to YUV at 1080p: processor time, in multiples of copying the input",
		note+"; shorter is better", kernelGroups(r))
	if panels := scalingPanels(r); len(panels) > 0 {
		byName["scaling"] = chart.Curves("Many streams at once, "+r.Of("scaling")[0].Case, note, panels)
	}
	return byName
}

func kindOf(contender string) chart.Kind {
	switch {
	case strings.HasPrefix(contender, "avloom"):
		return chart.Ours
	case strings.HasPrefix(contender, theCeiling), contender == report.HonestCeiling, contender == "memcpy":
		return chart.Limit
	default:
		return chart.Other
	}
}

// rateGroups returns bars of the ratios to the ceiling, a group for each case. It draws ratios, not
// rates, because they are paired by rounds. The text behind a bar tells the ratio to the honest
// ceiling, too.
func rateGroups(r *report.Report, wanted func(report.Row) bool, unit string) (groups []chart.Group) {
	for _, row := range r.Rows {
		if !wanted(row) || row.Contender == theReading {
			continue
		}
		if len(groups) == 0 || groups[len(groups)-1].Title != row.Case {
			groups = append(groups, chart.Group{Title: row.Case})
		}
		ratios := fmt.Sprintf("%.2f", row.Ratio.Median)
		if row.Honest != nil {
			ratios += fmt.Sprintf(" | %.2f", row.Honest.Median)
		}
		text := fmt.Sprintf("%s, %s %s, CPU x %.2f", ratios, report.Number(row.Rate.Median), unit, row.CPURatio.Median)
		g := &groups[len(groups)-1]
		g.Bars = append(g.Bars, bar(rateLabel(row.Contender), row.Contender, row.Ratio, text))
	}
	return groups
}

func rateLabel(contender string) string {
	switch contender {
	case theCeiling:
		return "ceiling: encoder alone"
	case report.HonestCeiling:
		return "honest: input copied, too"
	default:
		return contender
	}
}

func bar(label, contender string, s measure.Spread, text string) chart.Bar {
	return chart.Bar{Label: label, Kind: kindOf(contender), Value: s.Median, Low: s.Q1, High: s.Q3, Text: text}
}

// kernelGroups returns bars of processor time by that of memcpy, a group for each conversion.
func kernelGroups(r *report.Report) (groups []chart.Group) {
	for _, row := range r.Of("kernels") {
		if len(groups) == 0 || groups[len(groups)-1].Title != row.Case {
			groups = append(groups, chart.Group{Title: row.Case})
		}
		text := fmt.Sprintf("%.1fx, %s ms", row.CPURatio.Median, report.Number(row.CPU.Median))
		g := &groups[len(groups)-1]
		g.Bars = append(g.Bars, bar(row.Contender, row.Contender, row.CPURatio, text))
	}
	return groups
}

// scalingPanels returns the throughput, and the memory for each stream, by the number of streams.
func scalingPanels(r *report.Report) []chart.Panel {
	curves := func(value func(row report.Row, streams float64) measure.Spread) (list []chart.Curve) {
		for _, who := range []string{"avloom", theCeiling} {
			c := chart.Curve{Label: who, Kind: kindOf(who)}
			for _, row := range r.Of("scaling") {
				var n int
				if _, err := fmt.Sscanf(row.Contender, who+" %d", &n); err == nil {
					s := value(row, float64(n))
					c.Points = append(c.Points, chart.Point{X: float64(n), Value: s.Median, Low: s.Q1, High: s.Q3})
				}
			}
			if len(c.Points) > 0 {
				list = append(list, c)
			}
		}
		return list
	}
	rate := curves(func(row report.Row, _ float64) measure.Spread { return row.Rate })
	if len(rate) == 0 {
		return nil
	}
	memory := curves(func(row report.Row, streams float64) measure.Spread {
		mib := float64(row.Memory) / 1024 / streams
		return measure.Spread{Q1: mib, Median: mib, Q3: mib}
	})
	return []chart.Panel{
		{Title: "frames per second, all streams together", XLabel: "streams at once", Curves: rate},
		{Title: "memory in MiB for each stream", XLabel: "streams at once", Curves: memory},
	}
}
