package capacity

import (
	"slices"
	"time"

	"github.com/avloom/avloom/benchmarks/internal/measure"
)

// clock says when the frames of one stream are due.
type clock struct {
	start    time.Time // when frame 0 is due
	interval float64   // seconds from frame to frame
}

// newClock returns the clock of stream i of n, which begins by its share of a frame later.
func newClock(start time.Time, rate float64, i, n int) clock {
	c := clock{start, 1 / rate}
	c.start = c.due(float64(i) / float64(n))
	return c
}

// due returns when frame k is due. It is counted from the start, and does not drift.
func (c clock) due(k float64) time.Time {
	return c.start.Add(time.Duration(k * c.interval * float64(time.Second)))
}

// lateness collects how late the frames of one stream are. Frames are counted from the start of the
// clock. Only those that are due from first to before end count.
type lateness struct {
	clock
	first, end time.Time
	next       int       // the first frame that has not been taken
	late       []float64 // seconds, of each frame that counts
}

// take notes that the encoder has taken so many frames until now, and holds too many of them.
func (l *lateness) take(now time.Time, frames int, growth float64) {
	for ; l.next < frames; l.next++ {
		due := l.due(float64(l.next))
		if !due.Before(l.first) && due.Before(l.end) {
			l.late = append(l.late, max(now.Sub(due).Seconds(), 0)+growth*l.interval)
		}
	}
}

// complete says whether all frames that count have been taken.
func (l *lateness) complete() bool { return !l.due(float64(l.next)).Before(l.end) }

// giveUp counts all frames that have not been taken as if they were taken now.
func (l *lateness) giveUp(now time.Time, growth float64) {
	for !l.complete() {
		l.take(now, l.next+1, growth)
	}
}

// growth tells how many frames more an encoder holds than it did at first.
type growth struct {
	atFirst int   // the least of the first samples
	held    []int // the last samples, as a ring
	next    int
	full    bool
}

// newGrowth returns a growth that compares so many of the last samples with as many of the first.
func newGrowth(samples int) *growth { return &growth{held: make([]int, max(samples, 1))} }

// add takes a sample, and returns the growth; 0 until there are enough samples. The least of the
// samples counts: encoders that collect groups of pictures hold more frames in between.
func (g *growth) add(held int) float64 {
	g.held[g.next] = held
	g.next = (g.next + 1) % len(g.held)
	switch {
	case g.full:
		return float64(max(slices.Min(g.held)-g.atFirst, 0))
	case g.next == 0:
		g.full = true
		g.atFirst = slices.Min(g.held)
	}
	return 0
}

// percentile returns the value in seconds that the share q of the values does not exceed, in
// milliseconds; 0 for no values.
func percentile(seconds []float64, q float64) float64 {
	if len(seconds) == 0 {
		return 0
	}
	return 1e3 * measure.Quantile(slices.Sorted(slices.Values(seconds)), q)
}
