package nodes

import (
	"fmt"
	"slices"
	"sync"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/pipeline"
)

// NextForKey returns a new encoder, which makes a key frame of its first picture, and goes on where
// the encoder ends that had the pictures before.
type NextForKey func() (*astiav.CodecContext, error)

// OnKey has another encoder begin where a key frame is ordered. nil: the encoder itself makes it.
// It is called before the first item is processed.
func (e *Encode[M]) OnKey(next NextForKey) { e.nextForKey = next }

// beginAnew begins another encoder with the next picture, unless that is the first one.
func (e *Encode[M]) beginAnew(emit pipeline.Emit[pipeline.Packet]) error {
	if e.sent == 0 {
		return nil
	}
	next, err := e.nextForKey()
	if err != nil {
		return fmt.Errorf("%s: begin anew with a key frame: %w", e.name, err)
	}
	return e.goOn(next, emit)
}

// keyOrders says which pictures an encoder must make key frames. Any goroutine may add to it.
type keyOrders struct {
	mu        sync.Mutex
	requested bool
	grids     []keyGrid
}

// keyGrid asks for a key frame at each multiple of a time, in units of the encoder's time base.
type keyGrid struct {
	every int64
	last  int64 // the multiple at or before the last picture, if there was one
	begun bool
}

// take reports whether a picture with this time is the first one at or after a multiple.
func (g *keyGrid) take(pts int64) bool {
	multiple := pts - pts%g.every
	key := multiple == pts || g.begun && multiple != g.last
	g.last, g.begun = multiple, true
	return key
}

// take reports whether a picture with this time must be a key frame, and ends the request that it
// fulfills.
func (k *keyOrders) take(pts int64) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	key := k.requested
	k.requested = false
	for i := range k.grids {
		key = k.grids[i].take(pts) || key
	}
	return key
}

// RequestKey makes the next picture that the encoder is given a key frame, if the encoder can make
// key frames when asked. Any goroutine may call it at any time.
func (e *Encode[M]) RequestKey() {
	e.keys.mu.Lock()
	defer e.keys.mu.Unlock()
	e.keys.requested = true
}

// AddKeyGrid makes each picture whose PTS is a multiple of n units of the encoder's time base a key
// frame, or the next one if that picture was dropped. n is positive. The pictures of several grids
// are key frames. RemoveKeyGrid ends a grid. Any goroutine may call both at any time.
func (e *Encode[M]) AddKeyGrid(n int64) {
	e.keys.mu.Lock()
	defer e.keys.mu.Unlock()
	e.keys.grids = append(e.keys.grids, keyGrid{every: n})
}

// RemoveKeyGrid ends a grid that AddKeyGrid began. Of several equal grids it ends one.
func (e *Encode[M]) RemoveKeyGrid(n int64) {
	e.keys.mu.Lock()
	defer e.keys.mu.Unlock()
	i := slices.IndexFunc(e.keys.grids, func(g keyGrid) bool { return g.every == n })
	if i >= 0 {
		e.keys.grids = slices.Delete(e.keys.grids, i, i+1)
	}
}
