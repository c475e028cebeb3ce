package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/avloom/avloom/benchmarks/internal/report"
)

// streams are the groups in the table of programs.
var streams = []string{"stream", "av1", "clips"}

// comparison returns, in Markdown, how fast avloom and the other programs are, of the groups that
// "make bench-peers" measures: what was measured and on what, tables, the version of everything,
// and who was left out.
func comparison(r *report.Report) string {
	var b strings.Builder
	b.WriteString(conditions(r))
	what, base, cell := "Frames per second, of the clips files per second", "the honest ceiling", report.Speed
	if isBusy(r) {
		what, base = "Milliseconds of processor time for a frame, of the clips for a file", "the encoder alone"
		cell = report.Cost
	}
	if rows := compared(r, streams...); len(rows) > 0 {
		marked := func(row report.Row) string { return cell(row) + mark(r, row) }
		fmt.Fprintf(&b, "\n%s. In brackets: in proportion to %s.\n%s\n%s%s",
			what, base, explanation, report.Matrix(rows, comparedLabel, marked), sizesOfAV1(r))
	}
	if rows := compared(r, "film"); len(rows) > 0 {
		what, _, _ = strings.Cut(what, ", ")
		fmt.Fprintf(&b, "\nOne film on all cores. %s. In brackets: in proportion to the line \"%s\".\n\n%s",
			what, comparedLabel(rows[0].Of), report.Matrix(rows, comparedLabel, cell))
		if !isBusy(r) {
			b.WriteString(filmEnds(rows))
		}
	}
	if rows := compared(r, "film-scaling"); len(rows) > 0 {
		what, _, _ = strings.Cut(what, ", ")
		fmt.Fprintf(&b, "\nRenderFilm by workers. %s. In brackets: in proportion to the line \"%s\".\n\n%s",
			what, comparedLabel(rows[0].Of), report.Matrix(rows, comparedLabel, cell))
	}
	b.WriteString("\n" + programs(r) + leftOut(r))
	return b.String()
}

const explanation = `The honest ceiling is the encoder alone and one copy of the input. All files were compared: their
frames, bytes, PSNR, and the settings of x264 are alike. †: with another version of x264 or SVT-AV1
than avloom's.
`

// isBusy reports whether more threads wanted to run than the machine has cores, before anything was
// measured. Speeds mean nothing then, and the comparison shows processor time instead.
func isBusy(r *report.Report) bool { return r.Load[0] > float64(r.Host.Cores) }

// conditions tells on what the results were measured, and how busy it was.
func conditions(r *report.Report) string {
	rounds := 0
	for _, row := range r.Rows {
		rounds = max(rounds, len(row.Samples))
	}
	text := fmt.Sprintf("%s, %d cores, %s; %s.",
		r.Host.CPU, r.Host.Cores, r.Date.Format("2006-01-02"), roundsText(rounds))
	if isBusy(r) {
		text += fmt.Sprintf("\n**The machine had other work (%.0f threads), so this shows processor time, and no speeds.**",
			r.Load[0])
	}
	return text + "\n"
}

func roundsText(n int) string {
	if n == 1 {
		return "one round in turn"
	}
	return fmt.Sprintf("medians of %d rounds in turn", n)
}

// compared returns the rows of some groups, without avloom's other ways to take pictures and the
// copy that is part of the honest ceiling.
func compared(r *report.Report, groups ...string) (rows []report.Row) {
	without := []string{acquireAndDraw, "avloom Raw", theReading}
	for _, group := range groups {
		for _, row := range r.Of(group) {
			if slices.Contains(without, row.Contender) {
				continue
			}
			if group == "clips" {
				row.Case = "clips: " + row.Case
			}
			rows = append(rows, row)
		}
	}
	return rows
}

// comparedLabel returns how a contender is called in the tables.
func comparedLabel(contender string) string {
	switch contender {
	case theCeiling:
		return "the encoder alone"
	case report.HonestCeiling:
		return "honest ceiling"
	case "avloom NCHW", "avloom NHWC", "avloom RenderFilm":
		return "**" + contender + "**"
	default:
		return contender
	}
}

// mark returns the mark of a cell whose contender encoded with another version of the library than
// avloom.
func mark(r *report.Report, row report.Row) string {
	svt := svtVersion.FindString(r.Versions[row.Contender])
	if row.X264 != "" && row.X264 != x264Of(r, theCeiling) ||
		row.Group == "av1" && svt != "" && svt != "SVT-AV1 "+r.Versions["SVT-AV1"] {
		return " †"
	}
	return ""
}

var svtVersion = regexp.MustCompile(`SVT-AV1 \S+`)

// sizesOfAV1 tells the sizes and the PSNR of the files of AV1, since versions of SVT-AV1 do
// different work with the same settings.
func sizesOfAV1(r *report.Report) string {
	var files []string
	for _, row := range compared(r, "av1") {
		if row.Bytes > 0 {
			files = append(files, fmt.Sprintf("%s %d kB and %.1f dB", row.Contender, row.Bytes/1000, row.PSNR))
		}
	}
	if len(files) == 0 {
		return ""
	}
	return "\nThe files of AV1: " + strings.Join(files, ", ") + ".\n"
}

// programs returns a table of the versions: of each program, of its FFmpeg, and of its x264, as the
// files tell it. The ceilings have those of avloom.
func programs(r *report.Report) string {
	if len(compared(r, streams...)) == 0 { // films alone, which need no other program
		return "All with " + ours(r) + ".\n"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "| | version | x264 |\n|---|---|---|\n")
	seen := map[string]bool{}
	for _, row := range compared(r, streams...) {
		name, version := row.Contender, r.Versions[row.Contender]
		switch {
		case strings.HasPrefix(name, "avloom"):
			name, version = "avloom, ceilings", ours(r)
		case name == theCeiling || name == report.HonestCeiling:
			continue
		}
		if library, _, ok := strings.Cut(name, " N"); ok { // one line for both layouts
			name = library
		}
		if !seen[name] {
			seen[name] = true
			fmt.Fprintf(&b, "| %s | %s | %s |\n", name, version, x264Of(r, row.Contender))
		}
	}
	return b.String()
}

// ours returns the versions of avloom and of what it is linked with.
func ours(r *report.Report) string {
	text := "commit " + r.Versions["avloom"] + ", FFmpeg " + r.Versions["FFmpeg"]
	if v := r.Versions["SVT-AV1"]; v != "" {
		text += ", SVT-AV1 " + v
	}
	return text
}

func x264Of(r *report.Report, contender string) string {
	for _, row := range r.Rows {
		if row.Contender == contender && row.X264 != "" {
			return row.X264
		}
	}
	return ""
}

var leftPrefix = regexp.MustCompile(`^does not start: |^not comparable: `)

// leftOut returns a list of those who were left out, with the reason and the cases.
func leftOut(r *report.Report) string {
	var keys []string
	cases := map[string][]string{}
	for _, l := range r.Left {
		if !slices.Contains(append(slices.Clone(streams), "film"), l.Group) || l.Contender == "avloom Raw" {
			continue
		}
		key := l.Contender + ": " + leftPrefix.ReplaceAllString(l.Reason, "")
		if cases[key] == nil {
			keys = append(keys, key)
		}
		cases[key] = append(cases[key], l.Case)
	}
	if len(keys) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString("\nLeft out:\n\n")
	for _, key := range keys {
		fmt.Fprintf(&b, "* %s (%s)\n", key, strings.Join(cases[key], "; "))
	}
	return b.String()
}
