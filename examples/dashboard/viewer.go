package main

import (
	"os"
	"sync"
	"time"
)

// viewer stands for somebody who watches the stream over a network. It takes all that it gets, and
// can be told to stop: then writes wait, as they do where a network or a player hangs.
type viewer struct {
	mu      sync.Mutex
	changed *sync.Cond // of the fields below
	stopped bool
	over    bool // nothing more is taken
}

func newViewer() *viewer {
	v := &viewer{}
	v.changed = sync.NewCond(&v.mu)
	return v
}

// Write waits while the viewer is told to stop.
func (v *viewer) Write(p []byte) (int, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for v.stopped && !v.over {
		v.changed.Wait()
	}
	if v.over {
		return 0, os.ErrDeadlineExceeded
	}
	return len(p), nil
}

// SetWriteDeadline lets the encoder end a write that waits. The encoder calls it when the output is
// over.
func (v *viewer) SetWriteDeadline(time.Time) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.over = true
	v.changed.Broadcast()
	return nil
}

// view tells the viewer to go on, or to stop.
func (v *viewer) view(yes bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.stopped = !yes
	v.changed.Broadcast()
}

func (v *viewer) isViewing() bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return !v.stopped
}
