package capacity

import (
	"context"
	"errors"
	"math"
	"time"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/benchmarks/internal/host"
)

// watch looks at one stream again and again while it is fed by the clock.
type watch struct {
	*stream
	late   lateness
	growth *growth
	grown  float64 // the growth in frames, as of the last look
	over   bool

	dropped       int // frames, until the last look
	droppedBefore int // frames, before the time that counts
}

// look looks at what the encoder has taken since the last time.
func (w *watch) look(now time.Time) {
	p := w.progress()
	if !now.Before(w.late.first) {
		w.grown = w.growth.add(p.held())
	}
	w.dropped, w.over = p.dropped, p.over
	w.late.take(now, p.taken-w.filled, w.grown)
}

// growthFrames is the time, in frames, over which the least number of frames that an encoder holds
// is compared. A group of pictures that SVT-AV1 collects has 16 or 32.
const growthFrames = 32

// byTheClock feeds all streams by the clock, and measures how late the encoders take the frames.
func (c *child) byTheClock(ctx context.Context, start time.Time) error {
	first, end := c.trial.window(start)
	samples := int(math.Ceil(growthFrames / c.trial.Rate / c.trial.Sample.Seconds()))
	watches := make([]*watch, len(c.streams))
	for i, s := range c.streams {
		w := &watch{stream: s, growth: newGrowth(samples)}
		w.late = lateness{clock: newClock(start, c.trial.Rate, c.trial.First+i, c.trial.Total), first: first, end: end}
		watches[i] = w
	}
	feeding, stop := context.WithCancel(ctx)
	defer stop()
	fed := make(chan error, 1)
	go func() {
		fed <- c.all(func(i int, s *stream) error { return s.keepTime(feeding, watches[i].late.clock, end) })
	}()
	c.watch(watches, first, end)
	for _, w := range watches {
		c.count(w)
	}
	stop() // feeders that still wait have failed the trial
	err := <-fed
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// watch looks at the streams until the encoders have taken all frames that count, or too much time
// has passed since the end.
func (c *child) watch(watches []*watch, first, end time.Time) {
	look(watches, c.trial.Sample, first, never)
	began, spent := time.Now(), host.CPUTime()
	before := make([]api.Stats, len(watches))
	for i, w := range watches {
		w.droppedBefore = w.dropped
		before[i] = w.enc.Stats()
	}
	look(watches, c.trial.Sample, end, never)
	c.outcome.Wall, c.outcome.CPU = time.Since(began).Seconds(), (host.CPUTime() - spent).Seconds()
	c.latency()
	during := make([]api.Stats, len(watches))
	for i, w := range watches {
		during[i] = w.enc.Stats().Since(before[i])
	}
	c.outcome.Limit = api.Bottleneck(during...)
	look(watches, c.trial.Sample, end.Add(c.trial.Give), (*watch).done)
	now := time.Now()
	for _, w := range watches {
		w.late.giveUp(now, w.grown)
	}
}

// look looks at the streams every so often until a time has come, or ended says so of all of them.
func look(watches []*watch, every time.Duration, until time.Time, ended func(*watch) bool) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for time.Now().Before(until) {
		all := true
		for _, w := range watches {
			w.look(time.Now())
			all = all && ended(w)
		}
		if all {
			return
		}
		<-tick.C
	}
}

func never(*watch) bool { return false }

// done says whether no frame that counts can still be taken.
func (w *watch) done() bool { return w.over || w.late.complete() }

// count adds a stream to the outcome.
func (c *child) count(w *watch) {
	c.outcome.Frames += int64(len(w.late.late))
	c.outcome.Dropped += int64(w.dropped - w.droppedBefore)
	c.outcome.Late = append(c.outcome.Late, w.late.late...)
	c.outcome.LateMost = max(c.outcome.LateMost, percentile(w.late.late, .5)/1e3)
}
