package muxer

import (
	"fmt"

	"github.com/avloom/avloom/muxer/container"
	"github.com/avloom/avloom/pipeline"
)

// writeDue writes all packets that need not wait for other streams.
func (m *Mux) writeDue() error {
	m.patience.hearAgain()
	if begun, err := m.ready(false); !begun {
		return err
	}
	for {
		p, ok := m.order.popDue()
		if !ok {
			return nil
		}
		if err := m.write(p); err != nil {
			return err
		}
	}
}

// writeAll writes all packets that are held, in order, and waits for no stream.
func (m *Mux) writeAll() error {
	for {
		p, ok := m.order.pop()
		if !ok {
			return nil
		}
		if err := m.write(p); err != nil {
			return err
		}
	}
}

// write writes a packet, or keeps it until the next one of its stream comes, and frees it then.
func (m *Mux) write(p pipeline.Packet) error {
	if err := m.makeReady(p); err != nil {
		p.Free()
		return err
	}
	t := &m.tracks[p.StreamIndex()]
	t.noteWritten(p)
	if m.fragments.ahead.keeps(p.StreamIndex()) {
		return m.fragments.ahead.exchange(p)
	}
	defer p.Free()
	if t.isText() {
		if err := t.cues.writeGap(m.writer, p); err != nil {
			return m.writer.explain("write a packet", err)
		}
	}
	return m.writer.explain("write a packet", m.explainUnfed(m.writer.write(p)))
}

// makeReady prepares for a packet, and ends the fragment before it if it is time to.
func (m *Mux) makeReady(p pipeline.Packet) error {
	err := m.prepare(p)
	if err == nil && m.fragments.endBefore(p) {
		err = m.fragments.flushBefore(p)
	}
	return err
}

// prepare makes the container ready for a packet, and gives the packet the time that it has there.
func (m *Mux) prepare(p pipeline.Packet) error {
	t := &m.tracks[p.StreamIndex()]
	if m.inOrder {
		if err := m.sequence.check(m.writer.container(), p, t.to); err != nil {
			return err
		}
	}
	if err := m.checkSize(p); err != nil {
		return err
	}
	if err := m.start.makeRoom(p); err != nil {
		return err
	}
	t.move(p)
	if t.isText() {
		if err := t.cues.convert(p); err != nil {
			return err
		}
	}
	m.absentees.markFor(p)
	return nil
}

// checkSize finishes the file if another packet would make it too large.
func (m *Mux) checkSize(p pipeline.Packet) error {
	if m.limit == 0 || m.limit.Fits(m.writer.size()+int64(p.Size())) {
		return nil
	}
	if err := m.finish(); err != nil {
		return err
	}
	return &container.SizeError{Format: m.writer.container(), Most: int64(m.limit)}
}

// explainUnfed adds to FFmpeg's error that the container needs its streams fed together.
func (m *Mux) explainUnfed(err error) error {
	if err == nil || len(m.tracks) < 2 || !m.sideBySide {
		return err
	}
	return fmt.Errorf("%s holds pictures and sound side by side, so neither can be written without the other; "+
		"were both fed? %w", m.writer.container(), err)
}

// checkAllFed refuses to finish a container that names every stream and where it begins, if a
// stream was never fed. FFmpeg's muxer for DASH would also divide by the length of the first
// stream.
func (m *Mux) checkAllFed() error {
	if m.writer.files == nil || !m.writer.files.needsAll {
		return nil
	}
	for i := range m.tracks {
		if !m.tracks[i].written {
			return fmt.Errorf("stream %d was never fed, and a manifest of DASH names every stream, so it cannot be finished", i)
		}
	}
	return nil
}
