package nodes

import (
	"slices"
	"sync"
)

// keyOrders says which pictures an encoder must make key frames. Any goroutine may add to it.
type keyOrders struct {
	mu        sync.Mutex
	requested bool
	grids     []int64 // in units of the encoder's time base
}

// take reports whether a picture with this time must be a key frame, and ends the request that it
// fulfills.
func (k *keyOrders) take(pts int64) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	key := k.requested || slices.ContainsFunc(k.grids, func(n int64) bool { return pts%n == 0 })
	k.requested = false
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
// frame. n is positive. The pictures of several grids are key frames. RemoveKeyGrid ends a grid. Any
// goroutine may call both at any time.
func (e *Encode[M]) AddKeyGrid(n int64) {
	e.keys.mu.Lock()
	defer e.keys.mu.Unlock()
	e.keys.grids = append(e.keys.grids, n)
}

// RemoveKeyGrid ends a grid that AddKeyGrid began. Of several equal grids it ends one.
func (e *Encode[M]) RemoveKeyGrid(n int64) {
	e.keys.mu.Lock()
	defer e.keys.mu.Unlock()
	i := slices.Index(e.keys.grids, n)
	if i >= 0 {
		e.keys.grids = slices.Delete(e.keys.grids, i, i+1)
	}
}
