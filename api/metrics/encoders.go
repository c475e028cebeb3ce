package metrics

import (
	"expvar"
	"maps"
	"slices"
	"sync"

	"github.com/avloom/avloom/api"
)

// Encoders are those that are shown, by name. The zero value is ready, and all methods are safe for use by several goroutines at once.
type Encoders struct {
	mu     sync.Mutex
	byName map[string]*api.Encoder
}

// Add shows an encoder, at whatever point of its life, under a name. It takes the place of another of the same name.
func (e *Encoders) Add(name string, enc *api.Encoder) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.byName == nil {
		e.byName = map[string]*api.Encoder{}
	}
	e.byName[name] = enc
}

// Remove shows the encoder of this name no more. Until then the encoder is kept, with its last figures, also when it was closed.
func (e *Encoders) Remove(name string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.byName, name)
}

// Stats returns a snapshot of each encoder, by name.
func (e *Encoders) Stats() map[string]api.Stats {
	e.mu.Lock()
	encoders := maps.Clone(e.byName)
	e.mu.Unlock()
	all := make(map[string]api.Stats, len(encoders))
	for name, enc := range encoders {
		all[name] = enc.Stats()
	}
	return all
}

// Var is Stats as a variable for expvar.Publish.
func (e *Encoders) Var() expvar.Func { return func() any { return e.Stats() } }

func sortedNames(all map[string]api.Stats) []string { return slices.Sorted(maps.Keys(all)) }
