package muxer

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/asticode/go-astiav"

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
	kept   bool      // the file is to be crash-safe
	hybrid bool      // it is made of fragments, behind an index that waits for the first packet of each stream
	header int64     // the size of the header
	first  time.Time // when the first packet came; zero: none yet
	next   time.Time // not to be asked before
}

func newPatience(cfg Config, dst *Destination) patience {
	return patience{
		kept:   cfg.CrashSafe && CanBeCrashSafe(cfg, dst),
		hybrid: cfg.CrashSafe && CanBeCrashSafe(cfg, dst) && slices.Contains(hybridFormats, cfg.Format),
		header: dst.Written(),
	}
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
	if since.IsZero() && m.indexWaits() {
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

// indexWaits says whether FFmpeg keeps all that was written, for want of a packet of each stream.
func (m *Mux) indexWaits() bool {
	return m.patience.hybrid && !m.patience.first.IsZero() && m.dst.Written() == m.patience.header && !m.allStarted()
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

// flush brings what was written to the destination.
func (m *Mux) flush() error {
	var err error
	for range 2 { // with delay_moov, the first ends no fragment, but writes the index
		if err == nil && m.describable() {
			err = m.format.WriteFrame(nil)
		}
	}
	m.io.Flush()
	return m.explain("flush", err)
}

// describable says whether FFmpeg can write the index now. Asked for one when it cannot, it writes half of it, and says nothing.
func (m *Mux) describable() bool {
	return !slices.ContainsFunc(m.tracks, func(t track) bool { return t.needsPacket && !t.started })
}

func (m *Mux) allStarted() bool {
	return !slices.ContainsFunc(m.tracks, func(t track) bool { return !t.started })
}

// internalFragmentFlag is FF_MOV_FLAG_FRAGMENT of FFmpeg's movenc.h, which has no name among movflags.
const internalFragmentFlag = "2"

// leaveOutUnfed keeps streams that were never fed out of the final index of a file that began as fragments, as they are out of that of any other
// file: FFmpeg lists every stream in the index of a fragmented file, and takes this one, which has been turned into an ordinary one by then, still for one.
func (m *Mux) leaveOutUnfed() error {
	if !m.patience.hybrid || m.allStarted() {
		return nil
	}
	if err := m.flush(); err != nil {
		return err
	}
	if err := m.format.PrivateData().Options().Set("movflags", "-"+internalFragmentFlag, astiav.NewOptionSearchFlags()); err != nil {
		return fmt.Errorf("end the fragments: %w", err)
	}
	return nil
}
