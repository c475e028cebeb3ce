package muxer

import (
	"context"
	"fmt"
	"time"

	"github.com/avloom/avloom/muxer/container"
	"github.com/avloom/avloom/muxer/destination"
	"github.com/avloom/avloom/pipeline"
)

var (
	_ pipeline.Sink[pipeline.Packet] = (*Mux)(nil)
	_ pipeline.Syncer                = (*Mux)(nil)
	_ pipeline.Ticker                = (*Mux)(nil)
	_ pipeline.Expectant             = (*Mux)(nil)
)

// Mux writes a container. It is a pipeline.Sink whose input i is stream i.
type Mux struct {
	name   string // of the output; "": errors and activities name none
	dst    *destination.Destination
	writer *writer
	tracks []track
	order  *interleaver

	header     header
	extras     extras
	beginning  beginning
	flac       flacParts // of an output that joins late
	patience   patience
	fragments  fragments
	start      zeroStart
	absentees  absentees
	sequence   sequence
	inOrder    bool // the container takes packets in the order of their times only
	sideBySide bool // the container cannot hold one stream without the others
	limit      container.SizeLimit
	timeLimits []container.TimeLimits // by stream
}

// Expect takes what tells, for each stream, whether it is being fed. Without it, packets wait for
// every stream.
func (m *Mux) Expect(supplies []*pipeline.Supply) { m.patience.expect(supplies) }

// Consume takes a packet of a stream, and writes all packets that are due.
func (m *Mux) Consume(_ context.Context, input int, p pipeline.Packet) error {
	return m.named(m.consume(input, p))
}

func (m *Mux) consume(input int, p pipeline.Packet) error {
	t := &m.tracks[input]
	if t.headers != nil {
		if err := t.headers.insert(p); err != nil {
			p.Free()
			return err
		}
	}
	p.SetStreamIndex(input)
	m.patience.noteArrival(input)
	if err := m.accept(p); err != nil {
		return err
	}
	return m.writeDue()
}

// accept holds a packet, with the times that it has in the file once the output has begun, unless
// the packet does not belong into the output.
func (m *Mux) accept(p pipeline.Packet) error {
	stream := p.StreamIndex()
	if !m.beginning.admits(stream, p) {
		p.Free()
		return nil
	}
	t := &m.tracks[stream]
	if m.beginning.begun {
		var ok bool
		var err error
		if p, ok, err = m.flac.rewrite(p); !ok || err != nil {
			return err
		}
		t.rescale(p)
		t.raise(p)
	}
	m.order.push(stream, p)
	return nil
}

// EndInput notes that a stream has ended, so that packets of other streams do not wait for it. If
// no packet is expected from any stream, everything that was written is passed to the destination
// now, because Close may be far off. Only the last pages of Ogg wait for Close
// (container.MarksEnd).
func (m *Mux) EndInput(_ context.Context, input int) error { return m.named(m.endInput(input)) }

func (m *Mux) endInput(input int) error {
	m.order.end(input)
	if err := m.writeDue(); err != nil {
		return err
	}
	if !m.patience.limited || !m.order.idle() || !m.writer.unsent {
		return nil
	}
	if m.order.allEnded() && container.MarksEnd(m.writer.container()) {
		return nil
	}
	return m.fragments.flush()
}

// Due returns when to look for streams that have become silent; the zero time if that does not
// matter.
func (m *Mux) Due() time.Time { return m.patience.due() }

// Tick finds the streams that have become silent, writes the packets that waited for them, and
// passes these to the destination.
func (m *Mux) Tick(context.Context) error { return m.named(m.tick()) }

func (m *Mux) tick() error {
	if !m.patience.findSilent() {
		return nil
	}
	if err := m.writeDue(); err != nil || !m.writer.unsent {
		return err
	}
	return m.fragments.flush()
}

// Sync passes everything that was consumed so far to the destination.
func (m *Mux) Sync(context.Context) error { return m.named(m.sync()) }

func (m *Mux) sync() error {
	if begun, err := m.ready(true); !begun {
		return err
	}
	if err := m.writeAll(); err != nil {
		return err
	}
	return m.fragments.flush()
}

// Flush writes all packets that are held and the trailer, and closes a file or a connection.
func (m *Mux) Flush(context.Context) error { return m.named(m.writeRest()) }

func (m *Mux) writeRest() error {
	if err := m.writeHeld(); err != nil {
		return err
	}
	return m.finish()
}

// writeHeld writes all packets that are held. An output that has not begun begins with them.
func (m *Mux) writeHeld() error {
	if !m.beginning.begun {
		if err := m.begin(); err != nil {
			return err
		}
	}
	return m.writeAll()
}

// finish writes the trailer, and closes a file or a connection.
func (m *Mux) finish() error {
	if err := m.endCues(); err != nil {
		return err
	}
	if err := m.fragments.finish(); err != nil {
		return err
	}
	if err := m.checkAllFed(); err != nil {
		return err
	}
	if err := m.flac.finish(m); err != nil {
		return err
	}
	if err := m.explainTrailer(m.extras.writeTrailer()); err != nil {
		return err
	}
	m.writer.times.passOn()
	if err := m.dst.Close(); err != nil {
		return fmt.Errorf("close the destination: %w", err)
	}
	return nil
}

// Close frees everything. Packets that were not flushed are not written.
func (m *Mux) Close() {
	if m.order != nil {
		m.order.free()
	}
	m.fragments.ahead.free()
	if m.writer != nil {
		m.writer.free()
	}
	m.dst.GiveUp()
}
