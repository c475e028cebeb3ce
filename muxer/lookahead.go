package muxer

import (
	"github.com/avloom/avloom/muxer/container"
	"github.com/avloom/avloom/pipeline"
)

// lookahead keeps the last packet of each stream of pictures at irregular times until the next one
// is known, in a mov file that consists of fragments.
//
// A fragment says how long its last packet lasts. FFmpeg takes that from the packet, and lets the
// next fragment of the stream begin when that time is over, whatever the packets there say. So the
// duration of the last packet has to be exact: from its decoding time to that of the next packet.
type lookahead struct {
	streams []ahead // by stream; nil: nothing is kept
	writer  *writer
	order   *interleaver
}

// ahead is the part of a lookahead for one stream.
type ahead struct {
	needed  bool
	packet  pipeline.Packet // that is kept; without a packet: none
	end     int64           // when the pictures end that were kept so far, in the container's time base
	written bool            // a packet was written, so that implied counts
	implied int64           // when the last packet that was written ends
	resumes bool            // the next packet begins a fragment, and is decoded at the implied time
}

// newLookahead returns a lookahead that keeps what has to be kept.
func newLookahead(cfg Config, rule container.Fragments, w *writer, order *interleaver) lookahead {
	l := lookahead{writer: w, order: order}
	if !rule.IndexFirst && !rule.InSegments {
		return l
	}
	l.streams = make([]ahead, len(cfg.Streams))
	for i, s := range cfg.Streams {
		l.streams[i].needed = s.Irregular
	}
	return l
}

// keeps says whether packets of the stream are kept.
func (l *lookahead) keeps(stream int) bool { return l.streams != nil && l.streams[stream].needed }

// exchange writes the packet that is kept, and keeps the next one. Both are in one fragment.
func (l *lookahead) exchange(next pipeline.Packet) error {
	a := &l.streams[next.StreamIndex()]
	if a.packet.Packet != nil {
		a.lastUntil(next)
	}
	err := l.writeKept(a)
	a.packet = next
	a.end = max(a.end, next.Pts()+next.Duration())
	if a.resumes {
		a.resume()
	}
	l.writer.unsent = true
	return err
}

// writeKept writes the packet that is kept, if there is one, and frees it.
func (l *lookahead) writeKept(a *ahead) error {
	if a.packet.Packet == nil {
		return nil
	}
	defer func() { a.packet = pipeline.Packet{} }()
	defer a.packet.Free()
	a.written, a.implied = true, a.packet.Dts()+a.packet.Duration()
	return l.writer.explain("write a packet", l.writer.write(a.packet))
}

// endFragment writes the packets that are kept, as the last ones of the fragment that ends. next is
// the packet that comes after the fragment, if there is one. A packet whose successor is not known
// stays for the next fragment, unless that can begin with a discontinuity.
func (l *lookahead) endFragment(next pipeline.Packet, canBreak bool) error {
	for i := range l.streams {
		a := &l.streams[i]
		if a.packet.Packet == nil {
			continue
		}
		after, known := l.after(i, next)
		var err error
		switch {
		case known:
			a.lastUntil(after)
			err = l.writeKept(a)
			a.resumes = true
		case l.order.hasEnded(i):
			a.lastToEnd()
			err = l.writeKept(a)
		case canBreak:
			err = l.breakAfter(a)
		case a.written:
			a.resume()
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// breakAfter writes a packet that lasts for its nominal duration, because the next one is not
// known. The next fragment begins with a discontinuity then, where the next packet says.
//
// FFmpeg takes the mark from the packet after it, and checks the time of that packet before. An
// empty one, with the time of the packet that was kept, passes the check.
func (l *lookahead) breakAfter(a *ahead) error {
	stream, dts := a.packet.StreamIndex(), a.packet.Dts()
	if err := l.writeKept(a); err != nil {
		return err
	}
	if err := l.writer.setMovFlags(container.MarkDiscontinuity); err != nil {
		return err
	}
	return l.writer.writeEmptyAgain(stream, dts)
}

// after returns the packet of a stream that follows the one that is kept.
func (l *lookahead) after(stream int, next pipeline.Packet) (pipeline.Packet, bool) {
	if next.Packet != nil && next.StreamIndex() == stream {
		return next, true
	}
	q := &l.order.queues[stream]
	if q.empty() {
		return pipeline.Packet{}, false
	}
	return q.first(), true
}

// lastUntil makes the packet that is kept last until the next one is decoded, but not beyond the
// end of the pictures, which FFmpeg would take for later otherwise.
func (a *ahead) lastUntil(next pipeline.Packet) {
	end := max(a.end, next.Pts()+next.Duration())
	a.packet.SetDuration(min(next.Dts()-a.packet.Dts(), end-a.packet.Pts()))
}

// resume makes the packet that is kept begin a fragment where the last one ends. That is where the
// packet is decoded, or earlier.
func (a *ahead) resume() {
	a.packet.SetDts(a.implied)
	a.resumes = false
}

// lastToEnd makes the packet that is kept last to the end of the pictures.
func (a *ahead) lastToEnd() { a.packet.SetDuration(a.end - a.packet.Pts()) }

// finish writes the packets that are kept, as the last ones of the file.
func (l *lookahead) finish() error {
	for i := range l.streams {
		a := &l.streams[i]
		if a.packet.Packet == nil {
			continue
		}
		a.lastToEnd()
		if err := l.writeKept(a); err != nil {
			return err
		}
	}
	return nil
}

// free frees the packets that are kept.
func (l *lookahead) free() {
	for i := range l.streams {
		if l.streams[i].packet.Packet != nil {
			l.streams[i].packet.Free()
			l.streams[i].packet = pipeline.Packet{}
		}
	}
}
