package capacity

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/avloom/avloom/benchmarks/internal/material"
)

// measurer measures rows.
type measurer struct {
	settings Settings
	program  string    // that runs trials, as Child does
	folder   string    // for its files
	log      io.Writer // one line for each trial
}

// Times of a row.
const (
	probeTime = time.Second            // of the trial without a clock
	warmTime  = 500 * time.Millisecond // by the clock, before a trial counts
	fillTime  = 15 * time.Second       // in which an encoder must give its first packet
	spare     = 30 * time.Second       // after which a process that does not answer is killed
	compare   = 2 * time.Second        // about what taking the PSNR takes

	// latencySpan is the time that api.LatencyStats looks back, besides the second that has begun.
	latencySpan = 5 * time.Second
)

// least returns the time that a row needs at least: a trial without a clock, three by the clock,
// and the last one.
func (m *measurer) least() time.Duration {
	const opening = 700 * time.Millisecond // of all encoders of a trial, and filling them
	return probeTime + 2*(warmTime+m.settings.Search+opening) + warmTime + latencySpan/2 + m.settings.Final + compare
}

// attempt is the measurement of one row.
type attempt struct {
	*measurer
	row      *Row
	pictures material.Pictures
	search   *search
	until    time.Time     // when the row's time is up
	filled   time.Duration // what filling the encoders took in the last trial
	held     int64         // frames that an encoder holds
}

// measure measures a row, in the time until a moment as far as it goes. The error is about the
// machine; what is wrong with the case is in the row.
func (m *measurer) measure(ctx context.Context, c Case, until time.Time) (row Row, err error) {
	row.Case = c
	a := &attempt{measurer: m, row: &row, until: until}
	if a.pictures, err = m.content(c); err != nil {
		return row, err
	}
	probe, err := a.race(ctx, runtime.GOMAXPROCS(0))
	if err != nil || row.Error != "" {
		return row, err
	}
	row.Speed = probe.Free / m.settings.Rate
	a.search = newSearch(int(.9*row.Speed), m.settings.Most)
	if probe.Slow || row.Speed < .9 { // one stream alone is not faster
		a.search.note(1, clearMiss)
	}
	if err := a.count(ctx); err != nil || row.Streams > 0 {
		return row, err
	}
	if err := a.alone(ctx); err != nil || row.Error != "" || row.Speed < hope {
		return row, err
	}
	a.search = newSearch(int(.9*row.Speed), m.settings.Most) // something had disturbed it
	err = a.count(ctx)
	return row, err
}

// hope is the speed of one stream alone, in real time, from which on one stream should fit.
const hope = 1.3

// count finds the number of streams, as far as the time goes.
func (a *attempt) count(ctx context.Context) error {
	if err := a.find(ctx); err != nil {
		return err
	}
	if err := a.finish(ctx); err != nil {
		return err
	}
	if a.search.failed != 0 || a.search.passed != 0 { // there was time for a trial
		a.row.Streams, a.row.Failed = a.search.passed, a.search.failed
	}
	return nil
}

// content returns the pictures: as many as take 200 MB, so that they come from memory and not from
// a cache, but 8 to 60.
func (m *measurer) content(c Case) (material.Pictures, error) {
	count := min(max(200_000_000/(3*c.Width*c.Height), 8), 60)
	if m.settings.Content == film {
		return material.Scaled(c.Width, c.Height, count)
	}
	return material.FromFile(m.folder, m.settings.Content, c.Width, c.Height, count)
}

// trial returns a trial of so many streams.
func (a *attempt) trial(streams int) Trial {
	s := a.settings
	t := Trial{
		Case: a.row.Case, Device: s.Device, Rate: s.Rate, BitRate: s.BitRate, Options: s.Options, Threads: s.Threads,
		Block: s.Block,
		Total: streams, Count: a.pictures.Count, Pictures: a.pictures.RGB, Format: s.Format, Fill: fillTime,
		Sample: min(max(s.Bound/10, 5*time.Millisecond), 50*time.Millisecond), Give: 4 * s.Bound,
	}
	if s.Input == "yuv420p" {
		t.Pictures, t.Raw = a.pictures.YUV, true
	}
	return t
}

// run runs a trial, and removes its files. keep says that the first stream is compared with its
// pictures.
func (a *attempt) run(ctx context.Context, t Trial, keep bool) (o Outcome, err error) {
	folder, err := a.folderFor(&t, keep)
	if err != nil {
		return o, err
	}
	defer func() { _ = os.RemoveAll(folder) }() // a folder that stays does no harm
	limited, cancel := context.WithTimeout(ctx, t.Fill+t.Free+t.Warm+t.Counted+t.Give+spare)
	defer cancel()
	o, err = runTrial(limited, a.program, t, a.settings.PerProcess)
	switch {
	case err != nil && ctx.Err() != nil:
		return o, context.Cause(ctx)
	case errors.Is(err, context.DeadlineExceeded):
		return Outcome{Slow: true}, nil
	case err != nil: // such as killed, because there is no more memory
		return Outcome{Error: err.Error()}, nil
	}
	a.filled, a.held = time.Duration(o.Filled*float64(time.Second)), o.Held
	if keep && o.Error == "" && !o.Slow {
		o.psnr, o.noPSNR = a.pictures.PSNR(t.Keep, len(o.Shown), func(k int) int { return o.Shown[k] })
	}
	return o, nil
}

// folderFor makes a folder for the files of a trial.
func (a *attempt) folderFor(t *Trial, keep bool) (string, error) {
	base := a.folder
	if a.settings.Output == "file" {
		base = a.settings.Folder
	}
	folder, err := os.MkdirTemp(base, "avloom-capacity-")
	if a.settings.Output == "file" {
		t.Folder = folder
	}
	if keep {
		t.Keep = filepath.Join(folder, "0."+extension(t.Format))
	}
	return folder, err
}

// race runs streams without a clock.
func (a *attempt) race(ctx context.Context, streams int) (Outcome, error) {
	t := a.trial(streams)
	t.Free = probeTime
	o, err := a.run(ctx, t, false)
	a.row.Error = o.Error
	if err == nil {
		a.say(streams, fmt.Sprintf("%.1f times real time in all, without a clock", o.Free/t.Rate))
	}
	return o, err
}

// timed runs streams by the clock.
func (a *attempt) timed(ctx context.Context, t Trial, keep bool) (Outcome, verdict, error) {
	o, err := a.run(ctx, t, keep)
	if err != nil {
		return o, clearMiss, err
	}
	v, why := o.verdict(a.settings.Bound), o.why(a.settings.Bound)
	tried := Tried{Streams: t.Total, Counted: t.Counted.Seconds(), Fits: v == fits, Why: why}
	if v != fits {
		tried.Limit = o.Limit
	}
	a.row.Trials = append(a.row.Trials, tried)
	a.say(t.Total, why)
	return o, v, nil
}

func (a *attempt) say(streams int, what string) {
	text := fmt.Sprintf("%v, %d streams: %s", a.row.Case, streams, what)
	if a.row.Error != "" {
		text = fmt.Sprintf("%v: %s", a.row.Case, a.row.Error)
	}
	_, _ = fmt.Fprintln(a.log, text)
}

// find searches until it has the number or the time is up.
func (a *attempt) find(ctx context.Context) error {
	for n := a.search.next(); n != 0; n = a.search.next() {
		t := a.trial(n)
		t.Warm, t.Counted = min(max(warmTime, a.emptied()), time.Second), a.atLeast(a.settings.Search)
		last := a.lastTrial(n)
		left := time.Until(a.until) - 2*a.filled - last.Warm - last.Counted - compare
		if len(a.row.Trials) > 0 && left < t.Warm+t.Counted {
			return nil
		}
		o, v, err := a.timed(ctx, t, false)
		if err != nil {
			return err
		}
		a.search.far(n, o.dropShare())
		a.search.note(n, v)
	}
	return nil
}

// atLeast returns the time, or that of 50 frames if it is more, so that slow streams count too.
func (a *attempt) atLeast(d time.Duration) time.Duration {
	return max(d, time.Duration(50/a.settings.Rate*float64(time.Second)))
}

// lastTrial returns the trial that has the final say. Its latencies are those of frames that were
// fed by the clock, as long as it is not short: what the encoder was filled with comes out before
// the seconds that api.LatencyStats looks back.
func (a *attempt) lastTrial(streams int) Trial {
	t := a.trial(streams)
	t.Counted = a.atLeast(a.settings.Final)
	t.Warm = max(warmTime, min(latencySpan+time.Second-t.Counted+a.emptied(), 2*t.Counted))
	return t
}

// emptied returns how long it takes by the clock until the packets of all frames have come that the
// encoder was filled with.
func (a *attempt) emptied() time.Duration {
	return time.Duration(float64(a.held) / a.settings.Rate * float64(time.Second))
}

// finish runs the last trial, with fewer streams where it fails. Where that leaves a gap, and there
// is time, it tries numbers between.
func (a *attempt) finish(ctx context.Context) error {
	s := a.search
	s.confirm()
	again, confirmed := true, false
	for n := s.passed; n != 0; {
		t := a.lastTrial(n)
		o, v, err := a.timed(ctx, t, true)
		if err != nil {
			return err
		}
		more := time.Now().Add(t.Warm + t.Counted + a.filled).Before(a.until)
		switch {
		case v == fits:
			a.row.fill(o, a.settings.Rate)
			s.passed, confirmed = n, true
		case v == narrowMiss && again && more:
			again = false
			continue
		case confirmed:
			s.failed = n
		case !more:
			s.far(n, .5)
			fallthrough
		default:
			s.far(n, o.dropShare())
			n, again = s.lower(), true
			continue
		}
		n, again = s.between(), true
		if !more {
			return nil
		}
	}
	return nil
}

// alone measures one stream without a clock, where no stream fits.
func (a *attempt) alone(ctx context.Context) error {
	t := a.trial(1)
	t.Free = a.settings.Final
	o, err := a.run(ctx, t, true)
	a.row.Error = o.Error
	if err != nil || o.Error != "" {
		return err
	}
	a.row.fill(o, a.settings.Rate)
	a.row.Speed = o.Free / a.settings.Rate
	a.say(1, fmt.Sprintf("%.2f of real time, alone and without a clock", a.row.Speed))
	return nil
}

// fill fills in what the last trial measured.
func (r *Row) fill(o Outcome, rate float64) {
	r.Encoder = o.Encoder
	r.PSNR, r.NoPSNR = o.psnr, ""
	if o.noPSNR != nil {
		r.NoPSNR = o.noPSNR.Error()
	}
	if o.Wall > 0 {
		r.Cores = o.CPU / o.Wall
	}
	r.Memory = float64(o.Memory) / 1024
	r.Late = Pair{percentile(o.Late, .5), percentile(o.Late, .99)}
	r.Latency = Pair{percentile(o.P50, .5), percentile(o.P99, 1)}
	if o.Packets > 0 {
		r.Rate = float64(o.Bytes) * 8 / 1000 * rate / float64(o.Packets)
	}
}
