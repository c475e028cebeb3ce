package main

import (
	"fmt"
	"time"

	"github.com/avloom/avloom/benchmarks/internal/host"
	"github.com/avloom/avloom/benchmarks/internal/report"
)

// finish prints how busy the machine was.
func (s *suite) finish() {
	s.report.Load[1] = host.Load()
	if s.report.Load[0] > 1 { // the load afterwards includes the benchmarks
		fmt.Println("\nThe machine was busy with other work. " +
			"Ratios are still paired, but trust the CPU columns rather than the speeds.")
	}
	took := time.Since(s.start).Round(time.Second)
	fmt.Printf("\nload before %.1f, after %.1f, on %d cores; took %s\n",
		s.report.Load[0], s.report.Load[1], s.cores, took)
}

// write saves the results and draws the charts, into the places that the flags name.
func (s *suite) write() error {
	if err := s.report.Write(s.results, s.bench); err != nil {
		return err
	}
	if err := draw(s.report, s.plots); err != nil {
		return err
	}
	return writeComparison(s.report, s.readme, s.plots)
}

// redraw prints the tables of saved results, and draws their charts.
func redraw(f flags) error {
	r, err := report.Load(f.redraw)
	if err != nil {
		return err
	}
	fmt.Printf("%s, %s, load %.1f to %.1f, %s\n",
		r.Host.Class, r.Date.Format("2006-01-02"), r.Load[0], r.Load[1], r.Command)
	s := &suite{report: r}
	shown := map[string]bool{}
	for _, row := range r.Rows {
		if shown[row.Group+row.Case] {
			continue
		}
		shown[row.Group+row.Case] = true
		f := &field{suite: s, group: row.Group, name: row.Case}
		if err := f.show(); err != nil {
			return err
		}
	}
	if err := r.Write("", f.bench); err != nil {
		return err
	}
	if err := draw(r, f.plots); err != nil {
		return err
	}
	return writeComparison(r, f.readme, f.plots)
}
