package muxer

import (
	"fmt"
	"time"

	"github.com/avloom/avloom/muxer/container"
	"github.com/avloom/avloom/pipeline"
)

var (
	_ pipeline.Waker   = (*Mux)(nil)
	_ pipeline.Watched = (*Mux)(nil)
	_ pipeline.Holder  = (*Mux)(nil)
)

// Any goroutine may call the methods in this file at any time, but for named.

// Wake makes a write that blocks return.
func (m *Mux) Wake() { m.dst.Wake() }

// Refuse makes all later writes fail, and does not touch the destination.
func (m *Mux) Refuse() { m.dst.Refuse() }

// Activity says whether a call of the destination has begun and not returned. It names the output
// if the output has a name.
func (m *Mux) Activity() pipeline.Activity {
	a := m.dst.Activity()
	if m.name != "" && a.Doing != "" {
		a.Of = "output " + m.name
	}
	return a
}

// TimeLimits returns which times of a stream of pictures the container can hold.
func (m *Mux) TimeLimits(stream int) container.TimeLimits {
	return m.timeLimits[stream]
}

// Written returns the size of the container in bytes.
func (m *Mux) Written() int64 { return m.dst.Written() }

// Writing returns how long all calls of the writer took, a call that has not returned included.
func (m *Mux) Writing() time.Duration { return m.dst.Writing() }

// Held returns how many packets wait for other streams.
func (m *Mux) Held() int64 { return m.order.held.Load() }

// HeldOf returns how many packets of a stream wait for other streams.
func (m *Mux) HeldOf(stream int) int64 { return m.order.heldOfStream[stream].Load() }

// named adds the name of the output to an error, if the output has a name.
func (m *Mux) named(err error) error {
	if err == nil || m.name == "" {
		return err
	}
	return fmt.Errorf("output %s: %w", m.name, err)
}
