package muxer

import (
	"time"

	"github.com/avloom/avloom/pipeline"
)

const (
	// lookAgain is after how long to look again at a stream that is not fed, but has items on their
	// way.
	lookAgain = 20 * time.Millisecond
	// looksPerPatience is how many times within its patience an output looks for silent streams.
	looksPerPatience = 5
)

// patience decides, by the clock, which streams are silent.
//
// Packets of other streams wait for a stream while an item of it is on its way, and while the
// program has fed it within its patience. The order of packets in the file then follows from their
// times alone. A stream that is not fed for longer is silent: no packet waits for it until it is
// fed again. How many frames its encoder holds does not matter.
//
// All moments are counted from the time at which the run was made, as a pipeline.Supply counts
// them.
type patience struct {
	limited  bool            // false: packets wait for every stream without a limit of time
	ofOutput time.Duration   // for a stream that was never fed, counted from the first packet of any stream
	ofStream []time.Duration // for a stream that was fed, counted from then
	supplies []supply        // by stream; nil: packets wait for every stream
	silences []silence       // by stream
	first    time.Duration   // when the first packet came; 0: none has come
	next     time.Time       // Tick is not due before
	closing  bool            // the file ends when no stream is awaited any more

	order     *interleaver
	writer    *writer
	onSilence func(stream int, silent bool) // is told when a stream falls silent, or is silent no more
}

// silence says whether a stream is silent.
type silence struct {
	silent bool
	fedAt  time.Duration // when the program had last fed the stream
}

// supply is the part of a pipeline.Supply that patience needs.
type supply interface {
	Underway() bool
	FedAt() time.Duration
	SilentAt(from, long time.Duration) time.Duration
	Age() time.Duration
}

// newPatience returns the patience of an output: limited if the output must not wait, or if the
// program has set a limit.
func newPatience(cfg Config, mustNotWait bool) patience {
	p := patience{
		limited: mustNotWait || cfg.Patience > 0, ofOutput: cfg.patience(),
		ofStream: make([]time.Duration, len(cfg.Streams)), silences: make([]silence, len(cfg.Streams)),
	}
	for i, s := range cfg.Streams {
		p.ofStream[i] = max(p.ofOutput, 2*s.inputDuration())
	}
	return p
}

// expect takes what tells, for each stream, whether it is being fed.
func (p *patience) expect(supplies []*pipeline.Supply) {
	for _, s := range supplies {
		p.supplies = append(p.supplies, s)
	}
}

// now returns how long ago the run was made.
func (p *patience) now() time.Duration { return p.supplies[0].Age() }

// noteArrival notes that a packet of a stream has come. It may come before the call of the program
// that fed the stream is noted.
func (p *patience) noteArrival(stream int) {
	p.begin()
	if p.silences[stream].silent {
		p.setSilence(stream, silence{})
	}
}

// close makes the end of the file wait for the streams that have not ended.
func (p *patience) close() {
	p.closing = true
	p.begin()
}

// begin notes when the first packet has come.
func (p *patience) begin() {
	if p.limited && p.supplies != nil && p.first == 0 {
		p.first = p.now()
	}
}

// takeOver goes on with what another file of the same streams has found out about them.
func (p *patience) takeOver(other *patience) {
	p.first = other.first
	for i, s := range other.silences {
		if s.silent {
			p.setSilence(i, s)
		}
	}
}

// hearAgain makes packets wait again for streams that were silent and have been fed since.
func (p *patience) hearAgain() {
	for i, s := range p.silences {
		if s.silent && p.supplies[i].FedAt() > s.fedAt {
			p.setSilence(i, silence{})
		}
	}
}

func (p *patience) setSilence(stream int, s silence) {
	p.silences[stream] = s
	p.order.setSilent(stream, s.silent)
	p.onSilence(stream, s.silent)
}

// findSilent marks the streams that have become silent, and says whether there is one.
func (p *patience) findSilent() (found bool) {
	p.next = time.Now().Add(lookAgain)
	p.hearAgain()
	for i := range p.silences {
		fedAt := p.supplies[i].FedAt() // before the checks, so that a stream that is fed during them is heard again
		if p.matters(i) && p.silentAt(i) <= p.now() && !p.supplies[i].Underway() {
			p.setSilence(i, silence{silent: true, fedAt: fedAt})
			found = true
		}
	}
	return found
}

// silentAt returns when a stream will be silent if it is not fed until then.
func (p *patience) silentAt(stream int) time.Duration {
	supply := p.supplies[stream]
	if supply.FedAt() == 0 {
		return supply.SilentAt(p.first, p.ofOutput)
	}
	return supply.SilentAt(0, p.ofStream[stream])
}

// matters says whether anything waits for a stream to send, to end or to fall silent: packets of
// other streams, or, if none are held, the last packets that FFmpeg was given, or the end of the
// file.
func (p *patience) matters(stream int) bool {
	switch {
	case p.order.hasEnded(stream), p.silences[stream].silent:
		return false
	case p.order.isSparse(stream):
		return p.order.empty() && p.writer.unsent && p.order.onlySparse()
	case p.order.empty():
		return p.writer.unsent || p.closing
	default:
		return p.order.awaits(stream)
	}
}

// due returns when to look for silent streams. The engine does not bring forward a time that it has
// been told. But a stream that is awaited from now on may fall silent before those that are awaited
// already, so the time is never far off.
func (p *patience) due() time.Time {
	due := p.nextSilence()
	soon := time.Now().Add(p.ofOutput / looksPerPatience)
	if due.After(soon) {
		return soon
	}
	return due
}

// nextSilence returns when the next stream will fall silent; the zero time if that does not matter.
func (p *patience) nextSilence() time.Time {
	if !p.limited || p.first == 0 {
		return time.Time{}
	}
	var earliest time.Duration
	for i := range p.silences {
		if !p.matters(i) {
			continue
		}
		if at := p.silentAt(i); earliest == 0 || at < earliest {
			earliest = at
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
