package capacity

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

var noon = time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)

func after(ms int) time.Time { return noon.Add(time.Duration(ms) * time.Millisecond) }

// TestClock: the streams are spread over a frame, and frame 30,000,000 is due on time.
func TestClock(t *testing.T) {
	assert.Equal(t, after(0), newClock(noon, 25, 0, 4).due(0))
	assert.Equal(t, after(30), newClock(noon, 25, 3, 4).due(0))
	assert.Equal(t, after(70), newClock(noon, 25, 3, 4).due(1))
	assert.WithinDuration(t, noon.Add(1_001_000*time.Second), newClock(noon, 30000./1001, 0, 1).due(30_000_000), time.Microsecond)
}

// TestLateness: 10 frames a second; those that are due from 200 ms to before 600 ms count.
func TestLateness(t *testing.T) {
	counted := func() *lateness {
		return &lateness{clock: newClock(noon, 10, 0, 1), first: after(200), end: after(600)}
	}
	for name, c := range map[string]struct {
		run  func(l *lateness)
		want []float64
	}{
		"all on time": {func(l *lateness) {
			for k := range 8 {
				l.take(after(100*k), k+1, 0)
			}
		}, []float64{0, 0, 0, 0}},
		"the warm-up does not count": {func(l *lateness) {
			l.take(after(190), 2, 0)
			l.take(after(510), 6, 0)
		}, []float64{.31, .21, .11, .01}},
		"growth counts":                        {func(l *lateness) { l.take(after(500), 6, 2) }, []float64{.5, .4, .3, .2}},
		"a frame that comes early is not late": {func(l *lateness) { l.take(after(0), 6, 0) }, []float64{0, 0, 0, 0}},
		"what was never taken is as late as the end": {func(l *lateness) {
			l.take(after(300), 4, 0)
			l.giveUp(after(900), 1)
		}, []float64{.1, 0, .6, .5}},
	} {
		t.Run(name, func(t *testing.T) {
			l := counted()
			assert.False(t, l.complete())
			c.run(l)
			assert.True(t, l.complete())
			assert.InDeltaSlice(t, c.want, l.late, 1e-9)
		})
	}
}

// TestGrowth: an encoder that releases groups of four frames does not grow; one that holds a frame
// more from group to group does.
func TestGrowth(t *testing.T) {
	g := newGrowth(8)
	for i := range 40 {
		assert.Zero(t, g.add(20-i%4), "sample %d", i)
	}
	grown := 0.
	for i := range 12 {
		grown = g.add(20 - i%4 + i/4)
	}
	assert.InDelta(t, 1, grown, 0, "the last two groups hold at least one frame more")
	for range 8 {
		grown = g.add(20)
	}
	assert.InDelta(t, 3, grown, 0, "it holds no less than 20 frames")
	for range 8 {
		grown = g.add(5)
	}
	assert.Zero(t, grown, "it has caught up")
}

func TestPercentile(t *testing.T) {
	assert.Zero(t, percentile(nil, .99))
	assert.InDelta(t, 7000, percentile([]float64{7}, .99), 1e-9)
	assert.InDelta(t, 2000, percentile([]float64{3, 1, 2}, .5), 1e-9)
}
