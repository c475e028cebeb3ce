package capacity

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/avloom/avloom/benchmarks/internal/report"
)

// write writes the result as text, with a table in Markdown.
func (r *Result) write(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "\n%s. All figures are for this machine.\n%s.\n\n", r.machine(), r.conditions())
	if len(r.Rows) > 0 {
		table(&b, r.cells())
	}
	for _, row := range r.Rows {
		switch {
		case row.Error != "":
			fmt.Fprintf(&b, "\n%v: %s\n", row.Case, row.Error)
		case row.NoPSNR != "":
			fmt.Fprintf(&b, "\n%v has no PSNR: %s\n", row.Case, row.NoPSNR)
		}
	}
	for i, limit := range r.limits() {
		if i == 0 {
			b.WriteString("\nWhat limits one more:\n")
		}
		b.WriteString("  " + limit + "\n")
	}
	for i, left := range r.Left {
		if i == 0 || left.Reason != r.Left[i-1].Reason {
			fmt.Fprintf(&b, "\nLeft out, because %s:\n", left.Reason)
		}
		fmt.Fprintf(&b, "  %v\n", left.Case)
	}
	if r.Load[0] > busy && len(r.Rows) > 0 {
		fmt.Fprintf(&b, "\nThe machine was busy with other work when this began (load %.1f): it carries more.\n", r.Load[0])
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// limits returns what limited the smallest number that failed, of each row where one did.
func (r *Result) limits() (lines []string) {
	for _, row := range r.Rows {
		for _, tried := range slices.Backward(row.Trials) {
			if tried.Streams == row.Failed && tried.Limit != "" {
				lines = append(lines, fmt.Sprintf("%v, %d streams: %s", row.Case, tried.Streams, tried.Limit))
				break
			}
		}
	}
	return lines
}

// busy is a load before the run that is worth a warning.
const busy = .5

// machine describes the machine.
func (r *Result) machine() string {
	return fmt.Sprintf("%s, %d cores, %.0f GiB, %s, %s",
		r.Host.CPU, r.Cores, float64(r.Host.Memory)/1024, r.Host.System, r.Date.Format("2006-01-02"))
}

// conditions describes what was asked for.
func (r *Result) conditions() string {
	s := r.Settings
	text := fmt.Sprintf("Streams of %v frames per second that fit: no frame is dropped, and 99 of 100 are at most %v late",
		s.Rate, s.Bound)
	if s.Block {
		text = strings.Replace(text, "no frame is dropped, and ", "", 1)
	}
	switch {
	case s.PerProcess > 0:
		text += fmt.Sprintf("; %d in a process", s.PerProcess)
	default:
		text += "; all in one process"
	}
	if s.Device != "" {
		text += "; encoded on " + s.Device
	}
	for _, key := range slices.Sorted(maps.Keys(s.Options)) {
		text += fmt.Sprintf("; %s=%s", key, s.Options[key])
	}
	if s.BitRate > 0 {
		text += fmt.Sprintf("; %d bits per second", s.BitRate)
	}
	return text + fmt.Sprintf("; %s from %s to %s, %s", s.Input, s.Content, s.Output, s.Format)
}

// cells returns the table, with its heading.
func (r *Result) cells() [][]string {
	cells := [][]string{{
		"codec", "preset", "size", "streams", "fails at", "cores", "memory, MiB", "late, ms: 99 %",
		"latency, ms: 50 %", "99 %",
		"kbit/s each", "PSNR, dB",
	}}
	for _, row := range r.Rows {
		line := []string{row.Codec, row.Preset, row.Size}
		if row.Error != "" {
			cells = append(cells, append(line, "error"))
			continue
		}
		cells = append(cells, append(line, row.count(), number(float64(row.Failed), 0), report.Number(row.Cores),
			number(row.Memory, 0), row.late(), row.latency(row.Latency.P50), row.latency(row.Latency.P99),
			number(row.Rate, 0), number(row.PSNR, 1)))
	}
	return cells
}

// count returns the number of streams. Where it is 0, it says how fast one stream ran.
func (r Row) count() string {
	if r.Streams == 0 {
		return fmt.Sprintf("0: %.2f of real time", r.Speed)
	}
	return fmt.Sprint(r.Streams)
}

// late returns the lateness; nothing where no stream ran by the clock.
func (r Row) late() string { return r.latency(r.Late.P99) }

// latency returns a time in milliseconds; nothing where no stream ran by the clock.
func (r Row) latency(ms float64) string {
	if r.Streams == 0 {
		return ""
	}
	return fmt.Sprintf("%.0f", ms)
}

// number returns a number with so many decimals; 0 is an empty cell.
func number(value float64, decimals int) string {
	if value == 0 {
		return ""
	}
	return fmt.Sprintf("%.*f", decimals, value)
}

// table writes a table in Markdown whose columns are aligned.
func table(b *strings.Builder, cells [][]string) {
	widths := make([]int, len(cells[0]))
	for _, line := range cells {
		for i, cell := range line {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	for k, line := range cells {
		for i, width := range widths {
			cell := ""
			if i < len(line) {
				cell = line[i]
			}
			fmt.Fprintf(b, "| %-*s ", width, cell)
		}
		b.WriteString("|\n")
		if k > 0 {
			continue
		}
		for _, width := range widths {
			b.WriteString("|" + strings.Repeat("-", width+2))
		}
		b.WriteString("|\n")
	}
}

// leftOut notes the rows for which there was no time.
func (r *Result) leftOut(cases []Case, need time.Duration) {
	for _, c := range cases {
		reason := fmt.Sprintf("the time was up; -budget %v is about enough", need)
		r.Left = append(r.Left, Left{c, reason})
	}
}
