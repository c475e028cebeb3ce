// Package measure turns what was measured round by round into medians, spreads and ratios.
//
// Contenders are measured in turn, one after another, round after round. A ratio is taken within each round, and only then the median of the
// ratios: what the machine does beside hits both sides of a round alike, and drops out.
package measure

import (
	"math"
	"slices"
)

// Sample is one run of one contender. Times are in seconds.
type Sample struct {
	Wall      float64   `json:"wall"`
	CPU       float64   `json:"cpu"`                 // user and system, of all its threads and processes
	Open      float64   `json:"open,omitempty"`      // of Wall, summed over files: until the first picture can be given
	Close     float64   `json:"close,omitempty"`     // the same from the last picture on
	Memory    int64     `json:"memory,omitempty"`    // KiB that it took more than before the first run, at the most
	Latencies []float64 `json:"latencies,omitempty"` // of each picture, from the call to its packet
}

// Spread is the middle of values and how far they scatter: half of them lie between Q1 and Q3.
type Spread struct {
	Q1     float64 `json:"q1"`
	Median float64 `json:"median"`
	Q3     float64 `json:"q3"`
}

// Of returns the spread of values, which it leaves as they are. Between two values it interpolates. Of none it is zero.
func Of(values []float64) Spread {
	if len(values) == 0 {
		return Spread{}
	}
	sorted := slices.Sorted(slices.Values(values))
	return Spread{Q1: Quantile(sorted, .25), Median: Quantile(sorted, .5), Q3: Quantile(sorted, .75)}
}

// Quantile returns the value below which the share q of the sorted values lies.
func Quantile(sorted []float64, q float64) float64 {
	at := q * float64(len(sorted)-1)
	low := int(math.Floor(at))
	high := min(low+1, len(sorted)-1)
	return sorted[low] + (at-float64(low))*(sorted[high]-sorted[low])
}

// Map returns what f makes of each sample.
func Map(samples []Sample, f func(Sample) float64) []float64 {
	values := make([]float64, len(samples))
	for i, s := range samples {
		values[i] = f(s)
	}
	return values
}

// Paired returns the spread of a/b, taken round by round. Rounds that one of them lacks, or in which b is 0, do not count.
func Paired(a, b []float64) Spread {
	var ratios []float64
	for i := range min(len(a), len(b)) {
		if b[i] != 0 {
			ratios = append(ratios, a[i]/b[i])
		}
	}
	return Of(ratios)
}
