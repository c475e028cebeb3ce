package capacity

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// late returns the outcome of 100 frames, so many of which are late by so many seconds.
func late(frames int, seconds float64) Outcome {
	o := Outcome{Frames: 100, Late: make([]float64, 100)}
	for i := range frames {
		o.Late[i] = seconds
	}
	return o
}

func TestVerdict(t *testing.T) {
	dropped := func(n int64) Outcome {
		o := late(0, 0)
		o.Dropped = n
		return o
	}
	starved := late(0, 0)
	starved.LateMost = .2
	for name, c := range map[string]struct {
		outcome Outcome
		want    verdict
		why     string
	}{
		"in time":                {late(0, 0), fits, "fits, late by 0 ms"},
		"within the bound":       {late(100, .09), fits, "fits, late by 90 ms"},
		"one of a hundred":       {late(1, .1), fits, "fits, late by 1 ms"},
		"three of a hundred":     {late(3, .2), narrowMiss, "late by 200 ms"},
		"far too late":           {late(3, .4), clearMiss, "late by 400 ms"},
		"a dropped frame":        {dropped(1), narrowMiss, "1 of 100 frames dropped"},
		"many dropped frames":    {dropped(6), clearMiss, "6 of 100 frames dropped"},
		"one stream starves":     {starved, narrowMiss, "one stream is always late"},
		"cannot be filled":       {Outcome{Slow: true}, clearMiss, "the encoders could not be filled in time"},
		"an encoder failed":      {Outcome{Error: "no memory", Late: []float64{0}}, clearMiss, "no memory"},
		"nothing was taken":      {Outcome{}, clearMiss, "fits, late by 0 ms"},
		"nothing late, but slow": {Outcome{Slow: true, Late: []float64{0}}, clearMiss, "the encoders could not be filled in time"},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, c.want, c.outcome.verdict(100*time.Millisecond))
			assert.Equal(t, c.why, c.outcome.why(100*time.Millisecond))
		})
	}
}

// TestOutcomeAdd merges the outcomes of two processes.
func TestOutcomeAdd(t *testing.T) {
	var sum Outcome
	sum.add(Outcome{
		Frames: 2, Dropped: 1, Late: []float64{1, 2}, LateMost: 2, Wall: 5, CPU: 3, Memory: 10, P50: []float64{1},
		P99: []float64{2}, Bytes: 100, Packets: 10, Filled: 1, Held: 3, Free: 30,
	})
	sum.add(Outcome{
		Frames: 1, Late: []float64{3}, LateMost: 1, Wall: 4, CPU: 4, Memory: 20, P50: []float64{3}, P99: []float64{4},
		Bytes: 50, Packets: 5, Filled: 2, Held: 2, Free: 40, Encoder: "libx264", Error: "no",
	})
	assert.Equal(t, Outcome{
		Frames: 3, Dropped: 1, Late: []float64{1, 2, 3}, LateMost: 2, Wall: 5, CPU: 7, Memory: 30, P50: []float64{1, 3},
		P99: []float64{2, 4}, Bytes: 150, Packets: 15, Filled: 2, Held: 3, Free: 70, Encoder: "libx264", Error: "no",
	}, sum)
}
