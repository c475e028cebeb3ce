package muxer

import (
	"context"
	"time"

	"github.com/avloom/avloom/pipeline"
)

var _ pipeline.Ticker = (*Mux)(nil)

const (
	// mostPatience is how long packets wait for a stream that sends nothing, where the file is to be crash-safe.
	mostPatience = 500 * time.Millisecond
	// askAgain is when to look again for one that sends nothing yet because its encoder is at work.
	askAgain = 20 * time.Millisecond
)

// patience is what a Mux knows of the clock, so that a crash loses no more than half a second.
type patience struct {
	kept  bool      // the file is to be crash-safe
	first time.Time // when the first packet came; zero: none yet
	next  time.Time // not to be asked before
}

// now is what a packet is stamped with when it comes.
func (p *patience) now() time.Time {
	if !p.kept {
		return time.Time{}
	}
	now := time.Now()
	if p.first.IsZero() {
		p.first = now
	}
	return now
}

// Due says when patience ends with streams that send nothing.
func (m *Mux) Due() time.Time {
	if !m.patience.kept {
		return time.Time{}
	}
	since := m.order.since()
	if since.IsZero() && m.hybrid && !m.indexed && !m.allWritten() {
		since = m.patience.first
	}
	if since.IsZero() {
		return since
	}
	if due := since.Add(mostPatience); due.After(m.patience.next) {
		return due
	}
	return m.patience.next
}

// Tick writes what waits for a stream that sends nothing. A stream is waited for as long as something is on its way, because an encoder that looks
// ahead, or is slow, must not make the order of packets depend on the clock.
func (m *Mux) Tick(_ context.Context, quiet func(input int) bool) error {
	if !m.order.since().IsZero() {
		for i := range m.tracks {
			if m.order.waitsFor(i) && !quiet(i) {
				m.patience.next = time.Now().Add(askAgain)
				return nil
			}
		}
	}
	m.patience.next = time.Now().Add(mostPatience)
	if err := m.writeAll(); err != nil {
		return err
	}
	m.order.waitNoMore()
	return m.flush()
}
