package muxer

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/avloom/avloom/pipeline"
)

var (
	_ pipeline.Sink[pipeline.Packet] = (*Tee)(nil)
	_ pipeline.Syncer                = (*Tee)(nil)
	_ pipeline.Waker                 = (*Tee)(nil)
	_ pipeline.Watched               = (*Tee)(nil)
	_ pipeline.Holder                = (*Tee)(nil)
	_ pipeline.Ticker                = (*Tee)(nil)
	_ pipeline.Expectant             = (*Tee)(nil)
)

// Tee writes the same packets into several containers. The data of a packet is shared, not copied. An error of one container ends the run.
type Tee struct{ muxes []*Mux }

// NewTee returns a Tee, which takes the containers over. Close frees them.
func NewTee(muxes []*Mux) *Tee { return &Tee{muxes: muxes} }

// Sink is the end of the graph that writes it all: of one container, that itself.
func (t *Tee) Sink() pipeline.Sink[pipeline.Packet] {
	if len(t.muxes) == 1 {
		return t.muxes[0]
	}
	return t
}

// Written returns the size of what was written, of all containers together. It can be called at any time.
func (t *Tee) Written() int64 {
	var n int64
	for _, m := range t.muxes {
		n += m.dst.Written()
	}
	return n
}

// Writing returns how long calls of the writers took; of several, those of the one that took longest. It can be called at any time.
func (t *Tee) Writing() (longest time.Duration) {
	for _, m := range t.muxes {
		longest = max(longest, m.dst.Writing())
	}
	return longest
}

// Progress returns how far a stream has come. It can be called at any time, also after Close.
func (t *Tee) Progress(stream int) Progress { return t.muxes[0].Progress(stream) }

// Held returns how many packets wait for other streams.
func (t *Tee) Held() int64 { return t.muxes[0].Held() }

// Consume gives each container the packet.
func (t *Tee) Consume(ctx context.Context, input int, p pipeline.Packet) error {
	defer p.Free()
	return t.each(func(m *Mux) error {
		own, err := p.Ref()
		if err != nil {
			return err
		}
		return m.Consume(ctx, input, own)
	})
}

// EndInput says that a stream has ended.
func (t *Tee) EndInput(ctx context.Context, input int) error {
	return t.each(func(m *Mux) error { return m.EndInput(ctx, input) })
}

// Expect tells each container how its streams are fed.
func (t *Tee) Expect(supplies []*pipeline.Supply) {
	for _, m := range t.muxes {
		m.Expect(supplies)
	}
}

// Due says when the first of the containers wants to be called.
func (t *Tee) Due() (first time.Time) {
	for _, m := range t.muxes {
		if due := m.Due(); !due.IsZero() && (first.IsZero() || due.Before(first)) {
			first = due
		}
	}
	return first
}

// Tick calls those whose time has come.
func (t *Tee) Tick(ctx context.Context) error {
	now := time.Now()
	return t.each(func(m *Mux) error {
		if due := m.Due(); due.IsZero() || due.After(now) {
			return nil
		}
		return m.Tick(ctx)
	})
}

// Sync brings everything that was consumed so far to the destinations.
func (t *Tee) Sync(ctx context.Context) error {
	return t.each(func(m *Mux) error { return m.Sync(ctx) })
}

// Flush writes the trailers, also after one of them failed: all packets are there, so the other containers can be whole.
func (t *Tee) Flush(ctx context.Context) error {
	var errs []error
	for _, m := range t.muxes {
		errs = append(errs, m.named(m.Flush(ctx)))
	}
	return errors.Join(errs...)
}

// Refuse makes all writes from now on fail, and does not touch the destinations.
func (t *Tee) Refuse() {
	for _, m := range t.muxes {
		m.dst.Refuse()
	}
}

// Wake makes a write that blocks return.
func (t *Tee) Wake() {
	for _, m := range t.muxes {
		m.Wake()
	}
}

// Activity says which destination, if any, has to be waited for.
func (t *Tee) Activity() pipeline.Activity {
	var all pipeline.Activity
	for _, m := range t.muxes {
		a := m.Activity()
		all.Beats += a.Beats
		if a.Doing != "" {
			all.Of, all.Doing = "output "+m.name, a.Doing
		}
	}
	return all
}

// Close frees everything. What was not flushed is not written.
func (t *Tee) Close() {
	for _, m := range t.muxes {
		m.Close()
	}
}

// each does something to each container in turn, until the first error, which says where it was.
func (t *Tee) each(do func(*Mux) error) error {
	for _, m := range t.muxes {
		if err := do(m); err != nil {
			return m.named(err)
		}
	}
	return nil
}

// named says which of several containers an error is of.
func (m *Mux) named(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("output %s: %w", m.name, err)
}
