// Package report holds the results of the benchmarks. It writes them as tables to read, as JSON to
// save, and in Go's benchmark format for benchstat. It measures nothing and draws nothing.
//
// To add a figure: add a field to Row, fill it in Add or in the group that measures it, and show it
// in Table.
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
	Rows     []Row             `json:"rows"`
	Left     []Left            `json:"left_out"`

	// Load is the load of the machine, before and after: threads that wanted to run, on average
	// over a minute.
	Load [2]float64 `json:"load"`
}

// Row is one contender in one case.
type Row struct {
	Group     string `json:"group"`
	Case      string `json:"case"`
	Contender string `json:"contender"`
	Version   string `json:"version,omitempty"`
	Unit      string `json:"unit"` // of the rate: frames, clips, pictures

	Rate     measure.Spread `json:"rate"`      // units per second
	CPU      measure.Spread `json:"cpu_ms"`    // milliseconds of processor time per unit
	Of       string         `json:"of"`        // the contender that the ratios compare with
	Ratio    measure.Spread `json:"ratio"`     // Rate by that of Of, paired by rounds
	CPURatio measure.Spread `json:"cpu_ratio"` // CPU by that of Of, paired by rounds
	Lead     measure.Spread `json:"lead"`      // rate of the contender that Lead names by this one's, paired

	// Honest is Rate by that of the honest ceiling, paired by rounds; nil where the case has none.
	Honest *measure.Spread `json:"honest_ratio,omitempty"`

	Bytes   int64           `json:"bytes,omitempty"`      // of a file
	PSNR    float64         `json:"psnr_db,omitempty"`    // of a file's pictures, beside those it was made from
	X264    string          `json:"x264,omitempty"`       // its version, as the file tells it
	Memory  int64           `json:"memory_kib,omitempty"` // peak growth of the process
	Open    *measure.Spread `json:"open_ms,omitempty"`
	Close   *measure.Spread `json:"close_ms,omitempty"`
	Latency *Latency        `json:"latency_ms,omitempty"`
	Idle    *measure.Spread `json:"idle,omitempty"` // part of a run in which a worker had nothing left to do, on average
	Join    *measure.Spread `json:"join,omitempty"` // part of a run after the last chunk of a film

	Samples []measure.Sample `json:"samples"`
	Units   int              `json:"units"` // of each sample
}

// Latency is the time from the call to the packet, in milliseconds.
type Latency struct {
	Median float64 `json:"median"`
	P95    float64 `json:"p95"`
}

// HonestCeiling is the name of the honest ceiling in the reports: what nobody can surpass who has
// to read RGB, because it takes as long as the encoder alone and one copy of the input.
const HonestCeiling = "honest ceiling"

// Left is a contender that was left out, and the reason.
type Left struct {
	Group     string `json:"group"`
	Case      string `json:"case"`
	Contender string `json:"contender"`
	Reason    string `json:"reason"`
}

// Lead returns the name of the contender whose lead over the others is shown: the first that is
// avloom's, or else the first.
func Lead(names []string) string {
	for _, name := range names {
		if strings.HasPrefix(name, "avloom") {
			return name
		}
	}
	return names[0]
}

// Add adds a row for each contender of a case that has samples, and returns the rows. units says
// how many units each sample of a contender has. The ratios compare with the contender that is
// called of, and with the honest ceiling if it is among the contenders.
func (r *Report) Add(
	group, name, unit string, units map[string]int, names []string, of string, samples map[string][]measure.Sample,
) []*Row {
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
			Ratio: measure.Paired(rates[who], rates[of]), CPURatio: measure.Paired(costs[who], costs[of]),
			Lead: measure.Paired(rates[Lead(names)], rates[who]),
		}
		if honest := rates[HonestCeiling]; len(honest) > 0 {
			ratio := measure.Paired(rates[who], honest)
			row.Honest = &ratio
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

// Load reads a report that Save wrote.
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
