package pipeline

import (
	"sync"
	"sync/atomic"
)

// admission decides which items of one input a sink takes that cannot begin with every item, or
// that is a guest.
type admission[T any] struct {
	Guest[T]
	input int
	guest bool

	began  atomic.Bool // the sink has got an item, or needs no certain item to begin with
	losing atomic.Bool

	mu   sync.Mutex // held for one item; several goroutines may send to a source's outlet
	lost int64      // items, since the loss began
}

// takesAll says whether the sink takes every item from now on.
func (a *admission[T]) takesAll() bool { return !a.guest && a.began.Load() }

// admit says whether the sink takes v. If so, v has a place in the queue of a guest, and has been
// counted as sent.
func (a *admission[T]) admit(c *consumer[T], v T) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	resumes := a.losing.Load() || !a.began.Load()
	switch {
	case resumes && a.Begins != nil && !a.Begins(a.input, v):
		a.skip(c)
		return false
	case a.guest && !c.edge.claim():
		a.lose(c)
		return false
	}
	a.began.Store(true)
	if a.losing.Swap(false) && a.OnKept != nil {
		a.OnKept(a.input, a.lost)
	}
	return true
}

// skip counts an item with which the sink cannot begin.
func (a *admission[T]) skip(c *consumer[T]) {
	if a.losing.Load() {
		a.lost++
		c.edge.countLost()
	}
	if a.Wants != nil && c.edge.hasRoom() {
		a.Wants(a.input)
	}
}

// lose counts an item for which there is no room.
func (a *admission[T]) lose(c *consumer[T]) {
	if !a.losing.Swap(true) {
		a.lost = 0
		if a.OnLosing != nil {
			a.OnLosing(a.input)
		}
	}
	a.lost++
	c.edge.countLost()
}
