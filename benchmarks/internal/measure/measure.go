// Package measure turns the samples of rounds into medians, spreads and ratios. It runs nothing and
// takes no times; package contend does.
//
// Contenders are measured in turn, round after round. A ratio is taken within each round; the
// result is the median of the ratios. Other work of the machine slows both sides of a round alike,
// so it hardly changes their ratio.
package measure

import (
	"math"
	"slices"
	"time"
)

// Sample is one run of one contender. Times are in seconds.
type Sample struct {
	Wall      float64   `json:"wall"`
	CPU       float64   `json:"cpu"`                 // user and system, of all its threads and processes
	Open      float64   `json:"open,omitempty"`      // part of Wall until the first picture can be added, over all files
	Close     float64   `json:"close,omitempty"`     // part of Wall after the last picture, over all files
	Idle      float64   `json:"idle,omitempty"`      // part of Wall in which a worker had nothing left to do, on average
	Join      float64   `json:"join,omitempty"`      // part of Wall after the last chunk of a film
	Memory    int64     `json:"memory,omitempty"`    // peak growth since before the first run, in KiB
	Latencies []float64 `json:"latencies,omitempty"` // of each picture, from the call to its packet
}

// Idle returns how long a worker has nothing left to do, on average, if the workers end at these
// times.
func Idle(ends []time.Time) time.Duration {
	if len(ends) == 0 {
		return 0
	}
	last := slices.MaxFunc(ends, time.Time.Compare)
	var sum time.Duration
	for _, end := range ends {
		sum += last.Sub(end)
	}
	return sum / time.Duration(len(ends))
}

// Spread is the median of values and their quartiles: half of the values lie between Q1 and Q3.
type Spread struct {
	Q1     float64 `json:"q1"`
	Median float64 `json:"median"`
	Q3     float64 `json:"q3"`
}

// Of returns the spread of values, and does not change them. It interpolates between two values.
// The spread of no values is zero.
func Of(values []float64) Spread {
	if len(values) == 0 {
		return Spread{}
	}
	sorted := slices.Sorted(slices.Values(values))
	return Spread{Q1: Quantile(sorted, .25), Median: Quantile(sorted, .5), Q3: Quantile(sorted, .75)}
}

// Quantile returns the value below which the share q of the sorted values lies.
func Quantile(sorted []float64, q float64) float64 {
	position := q * float64(len(sorted)-1)
	low := int(math.Floor(position))
	high := min(low+1, len(sorted)-1)
	return sorted[low] + (position-float64(low))*(sorted[high]-sorted[low])
}

// Sum returns what two pieces of work would take one after the other, round by round. It leaves out
// rounds that one of them does not have. Only the times are added.
func Sum(a, b []Sample) []Sample {
	sums := make([]Sample, min(len(a), len(b)))
	for i := range sums {
		sums[i] = Sample{Wall: a[i].Wall + b[i].Wall, CPU: a[i].CPU + b[i].CPU}
	}
	return sums
}

// Map returns f of each sample.
func Map(samples []Sample, f func(Sample) float64) []float64 {
	values := make([]float64, len(samples))
	for i, s := range samples {
		values[i] = f(s)
	}
	return values
}

// Paired returns the spread of a/b, taken round by round. It leaves out rounds that one of them
// does not have, and rounds in which b is 0.
func Paired(a, b []float64) Spread {
	var ratios []float64
	for i := range min(len(a), len(b)) {
		if b[i] != 0 {
			ratios = append(ratios, a[i]/b[i])
		}
	}
	return Of(ratios)
}
