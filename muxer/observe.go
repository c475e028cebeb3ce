package muxer

import (
	"fmt"
	"time"

	"github.com/avloom/avloom/pipeline"
)

// All methods in this file but named may be called at any time, from any goroutine.

// Wake makes a write that blocks return.
func (m *Mux) Wake() { m.dst.Wake() }

// Refuse makes all writes from now on fail, and does not touch the destination.
func (m *Mux) Refuse() { m.dst.Refuse() }

// Activity says whether the destination has to be waited for. It names the output, where that has a name.
func (m *Mux) Activity() pipeline.Activity {
	a := m.dst.Activity()
	if m.name != "" && a.Doing != "" {
		a.Of = "output " + m.name
	}
	return a
}

// Written returns the size of what was written.
func (m *Mux) Written() int64 { return m.dst.Written() }

// Writing returns how long calls of the writer took, the one that goes on included.
func (m *Mux) Writing() time.Duration { return m.dst.Writing() }

// Held returns how many packets wait for other streams.
func (m *Mux) Held() (n int64) {
	for i := range m.held {
		n += m.HeldOf(i)
	}
	return n
}

// HeldOf returns how many packets of a stream wait for other streams.
func (m *Mux) HeldOf(stream int) int64 { return m.held[stream].Load() }

// named adds the name of the output to an error, where the output has a name.
func (m *Mux) named(err error) error {
	if err == nil || m.name == "" {
		return err
	}
	return fmt.Errorf("output %s: %w", m.name, err)
}
