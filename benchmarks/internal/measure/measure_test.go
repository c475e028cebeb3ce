package measure_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/avloom/avloom/benchmarks/internal/measure"
)

func TestOf(t *testing.T) {
	for name, c := range map[string]struct {
		values []float64
		want   measure.Spread
	}{
		"none":          {nil, measure.Spread{}},
		"one":           {[]float64{3}, measure.Spread{Q1: 3, Median: 3, Q3: 3}},
		"odd, unsorted": {[]float64{5, 1, 4, 2, 3}, measure.Spread{Q1: 2, Median: 3, Q3: 4}},
		"even":          {[]float64{1, 2, 3, 4}, measure.Spread{Q1: 1.75, Median: 2.5, Q3: 3.25}},
	} {
		t.Run(name, func(t *testing.T) { assert.Equal(t, c.want, measure.Of(c.values)) })
	}
}

func TestOfLeavesTheValues(t *testing.T) {
	values := []float64{3, 1, 2}
	measure.Of(values)
	assert.Equal(t, []float64{3, 1, 2}, values)
}

// A machine that is twice as slow in some rounds changes no ratio.
func TestPairedIsNotMovedByTheMachine(t *testing.T) {
	machine := []float64{1, 2, 1, 2, 2}
	var a, b []float64
	for _, m := range machine {
		a, b = append(a, 3*m), append(b, 4*m)
	}
	assert.Equal(t, measure.Spread{Q1: .75, Median: .75, Q3: .75}, measure.Paired(a, b))
}

func TestPairedDropsRoundsThatAreNoPair(t *testing.T) {
	assert.Equal(t, measure.Spread{Q1: 2, Median: 2, Q3: 2}, measure.Paired([]float64{4, 6, 8}, []float64{2, 0}))
}

func TestSum(t *testing.T) {
	a, b := []measure.Sample{{Wall: 2, CPU: 3, Memory: 9}, {Wall: 4, CPU: 5}}, []measure.Sample{{Wall: 1, CPU: .5}}
	assert.Equal(t, []measure.Sample{{Wall: 3, CPU: 3.5}}, measure.Sum(a, b))
	assert.Empty(t, measure.Sum(a, nil))
}

func TestMap(t *testing.T) {
	samples := []measure.Sample{{Wall: 2, CPU: 3}, {Wall: 4, CPU: 5}}
	assert.Equal(t, []float64{3, 5}, measure.Map(samples, func(s measure.Sample) float64 { return s.CPU }))
}
