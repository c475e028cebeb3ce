package muxer

import (
	"slices"
	"sync"
	"time"

	"github.com/avloom/avloom/muxer/container"
	"github.com/avloom/avloom/pipeline"
)

var (
	_ pipeline.Waker   = (*Parts)(nil)
	_ pipeline.Watched = (*Parts)(nil)
	_ pipeline.Holder  = (*Parts)(nil)
)

// partsWatch shows the parts to other goroutines.
type partsWatch struct {
	limits    []container.TimeLimits // by stream
	latencies []latency              // by stream, of all parts

	mu      sync.Mutex
	open    []*Mux
	woken   bool
	written int64 // in the parts that are finished
	writing time.Duration
	beats   int64
}

// describe notes what holds for all parts. A time in a part never becomes long.
func (w *partsWatch) describe(m *Mux) {
	for i := range m.tracks {
		limits := m.TimeLimits(i)
		limits.Last = 0
		w.limits = append(w.limits, limits)
	}
}

// shareLatencies makes a part count the latencies of its packets with those of all parts.
func (w *partsWatch) shareLatencies(m *Mux) {
	if w.latencies == nil {
		w.latencies = m.writer.times.streams
	}
	m.writer.times.streams = w.latencies
}

// add notes that a part was opened.
func (w *partsWatch) add(m *Mux) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.open = append(w.open, m)
	if w.woken {
		m.Refuse()
	}
}

// retire notes that a part was finished. Its figures count on.
func (w *partsWatch) retire(m *Mux) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.open = slices.DeleteFunc(w.open, func(open *Mux) bool { return open == m })
	w.written += m.Written()
	w.writing += m.Writing()
	w.beats += m.Activity().Beats
}

// wake notes that no part may write any more, and returns those that are open.
func (w *partsWatch) wake() []*Mux {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.woken = true
	return slices.Clone(w.open)
}

// Any goroutine may call the methods below at any time.

// Wake makes a write that blocks return.
func (p *Parts) Wake() {
	for _, m := range p.watch.wake() {
		m.Wake()
	}
}

// Refuse makes all later writes fail, and does not touch the files.
func (p *Parts) Refuse() {
	for _, m := range p.watch.wake() {
		m.Refuse()
	}
}

// Activity says whether a call of a file has begun and not returned.
func (p *Parts) Activity() (a pipeline.Activity) {
	p.watch.mu.Lock()
	defer p.watch.mu.Unlock()
	beats := p.watch.beats
	for _, m := range p.watch.open {
		activity := m.Activity()
		beats += activity.Beats
		if activity.Doing != "" {
			a = activity
		}
	}
	a.Beats = beats
	return a
}

// TimeLimits returns which times of a stream of pictures the container can hold.
func (p *Parts) TimeLimits(stream int) container.TimeLimits { return p.watch.limits[stream] }

// Latency is that of Mux, over all parts.
func (p *Parts) Latency(stream int) (p50, p99 time.Duration) {
	return p.watch.latencies[stream].percentiles(time.Now())
}

// Written returns the size of all parts in bytes, those included that have been removed.
func (p *Parts) Written() int64 {
	p.watch.mu.Lock()
	defer p.watch.mu.Unlock()
	bytes := p.watch.written
	for _, m := range p.watch.open {
		bytes += m.Written()
	}
	return bytes
}

// Writing returns how long all calls of the files took, a call that has not returned included.
func (p *Parts) Writing() time.Duration {
	p.watch.mu.Lock()
	defer p.watch.mu.Unlock()
	long := p.watch.writing
	for _, m := range p.watch.open {
		long += m.Writing()
	}
	return long
}

// Held returns how many packets wait for other streams.
func (p *Parts) Held() (held int64) {
	for i := range p.backlog.held {
		held += p.HeldOf(i)
	}
	return held
}

// HeldOf returns how many packets of a stream wait for other streams.
func (p *Parts) HeldOf(stream int) int64 {
	p.watch.mu.Lock()
	defer p.watch.mu.Unlock()
	held := p.backlog.held[stream].Load()
	for _, m := range p.watch.open {
		held += m.HeldOf(stream)
	}
	return held
}
