package report

import (
	"bytes"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/avloom/avloom/benchmarks/internal/measure"
)

// Table writes the rows of one case, and the contenders that were left out of it. Each ratio is
// followed by the quartiles of its rounds.
func Table(w io.Writer, title string, rows []Row, left []Left) error {
	b := &bytes.Buffer{}
	fmt.Fprintf(b, "\n%s\n", title)
	t := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	if len(rows) > 0 {
		r := rows[0]
		_, _ = fmt.Fprintf(t, "  \t%s/s\tspeed / %s\t%sCPU ms\tCPU / %s\t%s is\t%s\n",
			r.Unit, r.Of, honestHeading(r), r.Of, lead(rows), headings(rows))
	}
	for _, r := range rows {
		_, _ = fmt.Fprintf(t, "  %s\t%s\t%s\t%s%s\t%s\t%s\t%s\n", r.Contender, Number(r.Rate.Median),
			spread(r.Ratio), r.honestly(), Number(r.CPU.Median), spread(r.CPURatio), times(r.Lead), details(r))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for _, l := range left {
		fmt.Fprintf(b, "  left out: %s: %s\n", l.Contender, l.Reason)
	}
	_, err := w.Write(b.Bytes())
	return err
}

// honestHeading returns the heading of the column about the honest ceiling, which only cases have
// that know it.
func honestHeading(r Row) string {
	if r.Honest == nil {
		return ""
	}
	return "speed / " + HonestCeiling + "\t"
}

func (r Row) honestly() string {
	if r.Honest == nil {
		return ""
	}
	return spread(*r.Honest) + "\t"
}

// lead returns the contender that Row.Lead is about.
func lead(rows []Row) string {
	names := make([]string, len(rows))
	for i, r := range rows {
		names[i] = r.Contender
	}
	return Lead(names)
}

func headings(rows []Row) string {
	r := rows[0]
	switch {
	case r.Latency != nil:
		return "latency ms: median, 95 %"
	case r.Open != nil:
		return "open ms\tclose ms"
	case r.Idle != nil && r.PSNR == 0:
		return "idle at the end\tjoin"
	case r.Idle != nil:
		return "idle at the end\tjoin\tbytes\tPSNR dB"
	case r.showsMemory():
		return "memory MiB"
	case r.PSNR != 0:
		return "bytes\tPSNR dB"
	case r.Bytes != 0:
		return "bytes"
	default:
		return ""
	}
}

func (r Row) showsMemory() bool { return r.Group == "scaling" || r.Group == "memory" }

func details(r Row) string {
	switch {
	case r.Latency != nil:
		return fmt.Sprintf("%.2f, %.2f", r.Latency.Median, r.Latency.P95)
	case r.Open != nil:
		return fmt.Sprintf("%.2f\t%.2f", r.Open.Median, r.Close.Median)
	case r.Idle != nil && r.PSNR == 0:
		return fmt.Sprintf("%.1f %%\t%.1f %%", 100*r.Idle.Median, 100*r.Join.Median)
	case r.Idle != nil:
		return fmt.Sprintf("%.1f %%\t%.1f %%\t%d\t%.2f", 100*r.Idle.Median, 100*r.Join.Median, r.Bytes, r.PSNR)
	case r.showsMemory():
		return fmt.Sprint(r.Memory >> 10)
	case r.PSNR != 0:
		return fmt.Sprintf("%d\t%.2f", r.Bytes, r.PSNR)
	case r.Bytes != 0:
		return strconv.FormatInt(r.Bytes, 10)
	default:
		return ""
	}
}

func spread(s measure.Spread) string {
	if s.Median == 0 {
		return "-"
	}
	return fmt.Sprintf("%.2f (%.2f-%.2f)", s.Median, s.Q1, s.Q3)
}

// times returns how many times as fast the leading contender is as that of the row.
func times(s measure.Spread) string {
	if s.Median == 0 {
		return "-"
	}
	return fmt.Sprintf("%.2fx as fast (%.2f-%.2f)", s.Median, s.Q1, s.Q3)
}

// Number returns a number with three significant digits, and with no fewer before the point than it
// has.
func Number(f float64) string {
	digits := 2
	for limit := 10.; limit <= 100 && f >= limit; limit *= 10 {
		digits--
	}
	return strconv.FormatFloat(f, 'f', max(digits, 0), 64)
}

// Bench writes every sample as a line of Go's benchmark format.
func (r *Report) Bench(w io.Writer) error {
	_, err := fmt.Fprintf(w, "goos: linux\ncpu: %s\npkg: github.com/avloom/avloom/benchmarks\n", r.Host.CPU)
	if err != nil {
		return err
	}
	for _, row := range r.Rows {
		name := "Benchmark" + strings.ToUpper(row.Group[:1]) + row.Group[1:] +
			"/" + benchName(row.Case) + "/" + benchName(row.Contender)
		for _, s := range row.Samples {
			n := float64(row.Units)
			_, err := fmt.Fprintf(w, "%s %d %.0f ns/op %.0f cpu-ns/op %.4g %s/s\n",
				name, row.Units, s.Wall/n*1e9, s.CPU/n*1e9, n/s.Wall, row.Unit)
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// benchName returns a name without the characters at which Go's format splits.
func benchName(name string) string {
	return strings.NewReplacer(" ", "_", ",", "", "/", "_").Replace(name)
}
