package muxer

import (
	"fmt"
	"slices"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/pipeline"
)

// beginning decides where an output begins that joins its streams late (Config.Late). It begins
// with the first picture of which a decoder needs nothing that came before.
type beginning struct {
	late    bool // the output joins late
	begun   bool // the header is written
	origin  Moment
	tracks  []track
	order   *interleaver
	skipped []int64 // by stream: pictures that were left out, and have not been told yet
	warn    func(stream int, text string)
}

// admits says whether a packet belongs into the output. Those do not which cannot be decoded
// without packets that the output does not have, and sound that ends before the output begins.
func (b *beginning) admits(stream int, p pipeline.Packet) bool {
	t := &b.tracks[stream]
	admitted := !b.late || b.admitsTo(t, p)
	switch {
	case !t.isVideo():
	case !admitted:
		b.skipped[stream]++
	case p.Pts() > t.openedAt:
		b.reportSkipped(stream)
	}
	return admitted
}

// reportSkipped tells how many pictures were left out, if any were. Those come before all other
// pictures that are shown after the first one.
func (b *beginning) reportSkipped(stream int) {
	if n := b.skipped[stream]; n > 0 && b.warn != nil {
		b.warn(stream, fmt.Sprintf("%d pictures are left out at the beginning, because they need earlier ones", n))
	}
	b.skipped[stream] = 0
}

func (b *beginning) admitsTo(t *track, p pipeline.Packet) bool {
	key := p.Flags().Has(astiav.PacketFlagKey)
	switch {
	case t.isVideo() && t.opened:
		return p.Pts() >= t.openedAt // earlier ones refer to pictures before the key picture
	case t.isVideo():
		t.opened = key && (!b.begun || t.line.since(p.Pts()) >= 0)
		t.openedAt = p.Pts()
		return t.opened
	case b.begun && !b.origin.isZero() && t.line.since(p.Pts()+max(p.Duration(), 1)) <= 0:
		t.opened = false
		return false
	default:
		t.opened = t.opened || key || !t.dependent
		return t.opened
	}
}

// possible says whether the output can begin now: the packets that are held show where. If forced,
// it does not wait for sound, but still for pictures.
func (b *beginning) possible(forced bool) bool {
	switch {
	case b.awaitsMedia():
		return false
	case !forced || b.order.empty():
		return b.order.isDue()
	case slices.ContainsFunc(b.order.heads.streams, func(i int) bool { return b.tracks[i].isVideo() }):
		return true
	default:
		return !b.awaitsPictures()
	}
}

// awaitsMedia says whether there is nothing but text so far, while pictures or sound may still
// come. The output does not begin with text then, however long they are silent.
func (b *beginning) awaitsMedia() bool {
	for i := range b.tracks {
		if !b.tracks[i].isText() && !b.order.queues[i].empty() {
			return false
		}
	}
	return slices.ContainsFunc(b.order.queues, func(q queue) bool { return !q.sparse && !q.ended })
}

func (b *beginning) awaitsPictures() bool {
	for i := range b.tracks {
		if b.tracks[i].isVideo() && b.order.awaits(i) {
			return true
		}
	}
	return false
}

// find finds the origin: the earliest picture, or the first sound if no stream of pictures has
// brought anything, or the first text if nothing else has. Priming lies before the first sound.
func (b *beginning) find() Moment {
	first, best := Moment{}, 0
	for _, i := range b.order.heads.streams {
		t := &b.tracks[i]
		begin := Moment{b.order.queues[i].first().Pts(), t.from}
		if !t.isVideo() {
			begin.Ticks = max(begin.Ticks, 0)
		}
		if rank := t.rank(); rank > best || rank == best && begin.before(first) {
			first, best = begin, rank
		}
	}
	return first
}

// rank says by which streams an output begins: those of the highest rank.
func (t *track) rank() int {
	switch {
	case t.isVideo():
		return 3
	case t.isText():
		return 1
	default:
		return 2
	}
}

// begin writes the header of an output that joins late, and gives the packets that are held the
// times that they have in the file.
func (m *Mux) begin() error {
	if err := m.originate(m.beginning.find()); err != nil {
		return err
	}
	held := m.order.takeAll()
	if err := m.writeHeader(); err != nil {
		freeAll(held)
		return err
	}
	for k, p := range held {
		if err := m.accept(p); err != nil {
			freeAll(held[k+1:])
			return err
		}
	}
	return nil
}

// originate makes a time of the streams the time 0 of the output. The header is yet to be written.
func (m *Mux) originate(origin Moment) error {
	m.beginning.origin, m.start.cut = origin, !origin.isZero()
	if origin.isZero() && !m.beginning.late {
		return nil
	}
	for i := range m.tracks {
		if err := m.writer.setPriming(i, m.primingOf(i)); err != nil {
			return err
		}
		m.tracks[i].beginAt(origin, m.beginning.late)
	}
	return nil
}

// primingOf returns how much priming a stream of sound has in an output that joins late: what comes
// before time 0 of the stream, if the output has that.
func (m *Mux) primingOf(stream int) int64 {
	t, q := &m.tracks[stream], &m.order.queues[stream]
	switch {
	case t.isVideo(), !m.beginning.origin.isZero():
		return 0
	case q.empty():
		return t.lead.ticks // it is yet to begin
	default:
		return min(t.lead.ticks, max(0, astiav.RescaleQ(-q.first().Pts(), t.from, t.lead.base)))
	}
}

// ready begins the output if it has not begun and can begin now, and says whether it has begun.
func (m *Mux) ready(forced bool) (bool, error) {
	if m.beginning.begun {
		return true, nil
	}
	if !m.beginning.possible(forced) {
		return false, nil
	}
	err := m.begin()
	return err == nil, err
}
