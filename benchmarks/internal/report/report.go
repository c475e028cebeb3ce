// Package report holds what was measured, and writes it as tables to read, as JSON to keep, and in Go's benchmark format for benchstat.
package report

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/avloom/avloom/benchmarks/internal/host"
	"github.com/avloom/avloom/benchmarks/internal/measure"
)

// Report is one run of the benchmarks.
type Report struct {
	Host     host.Host         `json:"host"`
	Date     time.Time         `json:"date"`
	Command  string            `json:"command"`
	Versions map[string]string `json:"versions"`
	Load     [2]float64        `json:"load"` // of the machine, before and after: threads that wanted to run, on average over a minute
	Rows     []Row             `json:"rows"`
	Left     []Left            `json:"left_out"`
}

// Row is one contender in one case.
type Row struct {
	Group     string `json:"group"`
	Case      string `json:"case"`
	Contender string `json:"contender"`
	Version   string `json:"version,omitempty"`
	Unit      string `json:"unit"` // what is counted: frames, clips, pictures

	Rate     measure.Spread `json:"rate"`      // units per second
	CPU      measure.Spread `json:"cpu_ms"`    // milliseconds of processor time per unit
	Of       string         `json:"of"`        // the contender that the ratios compare with
	Ratio    measure.Spread `json:"ratio"`     // Rate by that of Of, paired by rounds
	CPURatio measure.Spread `json:"cpu_ratio"` // CPU by that of Of, paired by rounds
	Lead     measure.Spread `json:"lead"`      // how many times as fast the contender that Lead names is, paired by rounds

	Bytes   int64           `json:"bytes,omitempty"`      // of a file
	Memory  int64           `json:"memory_kib,omitempty"` // that the process grew by, at the most
	Open    *measure.Spread `json:"open_ms,omitempty"`
	Close   *measure.Spread `json:"close_ms,omitempty"`
	Latency *Latency        `json:"latency_ms,omitempty"`

	Samples []measure.Sample `json:"samples"`
	Units   int              `json:"units"` // of each sample
}

// Latency is how long pictures take, in milliseconds.
type Latency struct {
	Median float64 `json:"median"`
	P95    float64 `json:"p95"`
}

// Left is a contender that was not measured, and why.
type Left struct {
	Group     string `json:"group"`
	Case      string `json:"case"`
	Contender string `json:"contender"`
	Reason    string `json:"reason"`
}

// Lead is the contender that others are said to be slower than: the first that is avloom's, or else the first.
func Lead(names []string) string {
	for _, name := range names {
		if strings.HasPrefix(name, "avloom") {
			return name
		}
	}
	return names[0]
}

// Add makes rows of the samples of a case; the ratios compare with the one called of.
func (r *Report) Add(group, name, unit string, units map[string]int, names []string, of string, samples map[string][]measure.Sample) []*Row {
	first := len(r.Rows)
	rates := map[string][]float64{}
	costs := map[string][]float64{}
	for who, list := range samples {
		n := float64(units[who])
		rates[who] = measure.Map(list, func(s measure.Sample) float64 { return n / s.Wall })
		costs[who] = measure.Map(list, func(s measure.Sample) float64 { return 1e3 * s.CPU / n })
	}
	for _, who := range names {
		list := samples[who]
		if len(list) == 0 {
			continue
		}
		row := Row{
			Group: group, Case: name, Contender: who, Unit: unit, Of: of, Samples: list, Units: units[who],
			Rate: measure.Of(rates[who]), CPU: measure.Of(costs[who]),
			Ratio: measure.Paired(rates[who], rates[of]), CPURatio: measure.Paired(costs[who], costs[of]), Lead: measure.Paired(rates[Lead(names)], rates[who]),
		}
		for _, s := range list {
			row.Memory = max(row.Memory, s.Memory)
		}
		r.Rows = append(r.Rows, row)
	}
	var added []*Row
	for i := first; i < len(r.Rows); i++ {
		added = append(added, &r.Rows[i])
	}
	return added
}

// Of returns the rows of a group, in order.
func (r *Report) Of(group string) (rows []Row) {
	for _, row := range r.Rows {
		if row.Group == group {
			rows = append(rows, row)
		}
	}
	return rows
}

// Save writes the report as JSON.
func (r *Report) Save(name string) error {
	text, err := json.MarshalIndent(r, "", " ")
	if err != nil {
		return err
	}
	return os.WriteFile(name, append(text, '\n'), 0o644)
}

// Load reads a report that Save has written.
func Load(name string) (r *Report, err error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(text, &r); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return r, nil
}
