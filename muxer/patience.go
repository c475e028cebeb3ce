package muxer

import (
	"context"
	"time"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/pipeline"
)

var (
	_ pipeline.Ticker    = (*Mux)(nil)
	_ pipeline.Expectant = (*Mux)(nil)
)

const (
	// DefaultPatience is how long an output that must not wait holds packets back for a stream that is not being fed.
	DefaultPatience = 500 * time.Millisecond
	// askAgain is when to look again at a stream that is not fed, but has something on its way.
	askAgain = 20 * time.Millisecond
)

// patience decides, by the clock, which streams are silent. Packets of other streams wait for a stream while something of it
// is on its way, and while the program has fed it within its patience. Then the order of packets in the file follows from
// their times alone. A stream that is fed nothing for longer is silent: nobody waits for it until it is fed again. What its
// encoder holds back does not matter.
//
// All moments are counted from when the run was made, as a pipeline.Supply counts them.
type patience struct {
	kept     bool            // nobody is silent otherwise
	ofOutput time.Duration   // for a stream that was never fed, from the first packet of any stream on
	ofStream []time.Duration // for a stream that was fed, from then on
	supplies []supply
	silent   []hush        // by stream
	first    time.Duration // when the first packet came; 0: none yet
	next     time.Time     // not to be asked before
	unsent   bool          // FFmpeg was given packets since the last flush
}

// hush is how long a stream has been silent.
type hush struct {
	silent bool
	fedAt  time.Duration // when it was last fed before
}

// newPatience says who waits for whom. An output has patience where it must not wait, or where the program set it.
func newPatience(cfg Config, mustNotWait bool) patience {
	p := patience{
		kept: mustNotWait || cfg.Patience > 0, ofOutput: cfg.patience(), ofStream: make([]time.Duration, len(cfg.Streams)),
		silent: make([]hush, len(cfg.Streams)),
	}
	for i, s := range cfg.Streams {
		p.ofStream[i] = max(p.ofOutput, 2*frameDuration(s))
	}
	return p
}

// patience is that of an output, or the default.
func (c Config) patience() time.Duration {
	if c.Patience > 0 {
		return c.Patience
	}
	return DefaultPatience
}

// frameDuration is the nominal duration of a frame: a stream cannot be fed more often, live.
func frameDuration(s Stream) time.Duration {
	frame, rate := astiav.NewRational(1, 1), s.FrameRate
	if s.Codec.MediaType() == astiav.MediaTypeAudio {
		frame, rate = astiav.NewRational(max(s.Codec.FrameSize(), 1), 1), astiav.NewRational(s.Codec.SampleRate(), 1)
	}
	if rate.Num() <= 0 || rate.Den() <= 0 {
		return 0
	}
	seconds := frame.Float64() / rate.Float64()
	return time.Duration(min(seconds, float64(1<<32)) * float64(time.Second))
}

// supply is what a pipeline.Supply tells of a stream.
type supply interface {
	Underway() bool
	FedAt() time.Duration
	SilentAt(from, long time.Duration) time.Duration
	Age() time.Duration
}

// Expect takes what tells of each stream whether it is being fed. A Mux that has not been told waits for all streams.
func (m *Mux) Expect(supplies []*pipeline.Supply) {
	for _, s := range supplies {
		m.patience.supplies = append(m.patience.supplies, s)
	}
}

// now is how long ago the run was made.
func (p *patience) now() time.Duration { return p.supplies[0].Age() }

// noteArrival notes when the first packet came.
func (p *patience) noteArrival() {
	if p.kept && p.supplies != nil && p.first == 0 {
		p.first = p.now()
	}
}

// silentAt says when a stream will be silent if it is not fed until then.
func (p *patience) silentAt(stream int) time.Duration {
	supply := p.supplies[stream]
	if supply.FedAt() == 0 {
		return supply.SilentAt(p.first, p.ofOutput)
	}
	return supply.SilentAt(0, p.ofStream[stream])
}

// hearAgain makes the others wait again for streams that were silent and have been fed since.
func (m *Mux) hearAgain() {
	for i := range m.patience.silent {
		if was := m.patience.silent[i]; was.silent && m.patience.supplies[i].FedAt() > was.fedAt {
			m.setSilent(i, hush{})
		}
	}
}

func (m *Mux) setSilent(stream int, h hush) {
	m.patience.silent[stream] = h
	m.order.setSilent(stream, h.silent)
	m.standAside(stream, h.silent)
}

// matters says whether something waits for a stream to send, to end or to be silent: packets of other streams, or, where
// none are held, the end of what FFmpeg was given.
func (m *Mux) matters(stream int) bool {
	switch {
	case m.order.hasEnded(stream), m.patience.silent[stream].silent:
		return false
	case m.order.empty():
		return m.patience.unsent
	default:
		return m.order.awaits(stream)
	}
}

// lookAgain is by how many times more often than its patience ends an output looks for silent streams.
const lookAgain = 5

// Due says when to look for streams that have become silent. The engine does not bring a time forward that it has been told; but
// a stream that is awaited from now on may be silent before those that are awaited already. So the time is never far off.
func (m *Mux) Due() time.Time {
	due := m.nextSilence()
	if soon := time.Now().Add(m.patience.ofOutput / lookAgain); due.After(soon) {
		return soon
	}
	return due
}

// nextSilence says when the next stream will be silent, if that matters.
func (m *Mux) nextSilence() time.Time {
	p := &m.patience
	if !p.kept || p.first == 0 {
		return time.Time{}
	}
	var earliest time.Duration
	for i := range m.tracks {
		if m.matters(i) {
			if at := p.silentAt(i); earliest == 0 || at < earliest {
				earliest = at
			}
		}
	}
	if earliest == 0 {
		return time.Time{}
	}
	due := time.Now().Add(earliest - p.now())
	if due.After(p.next) {
		return due
	}
	return p.next
}

// Tick finds the streams that have become silent, writes what waited for them, and brings it to the destination.
func (m *Mux) Tick(context.Context) error { return m.named(m.tick()) }

func (m *Mux) tick() error {
	m.patience.next = time.Now().Add(askAgain)
	m.hearAgain()
	found := false
	for i := range m.tracks {
		fedAt := m.patience.supplies[i].FedAt() // before all else: who is fed now is heard again
		if m.matters(i) && m.patience.silentAt(i) <= m.patience.now() && !m.patience.supplies[i].Underway() {
			m.setSilent(i, hush{silent: true, fedAt: fedAt})
			found = true
		}
	}
	if !found {
		return nil
	}
	if err := m.writeDue(); err != nil || !m.patience.unsent {
		return err
	}
	return m.flush()
}
