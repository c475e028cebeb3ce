package metrics

import (
	"expvar"
	"maps"
	"slices"
	"sync"

	"github.com/avloom/avloom/api"
)

// Encoders is the set of encoders whose figures are shown, by name. The zero value is ready for
// use. All methods are safe for use by several goroutines at once.
type Encoders struct {
	mu     sync.Mutex
	byName map[string]*api.Encoder
}

// Add shows the figures of an encoder under a name. The encoder may be in any state: not open yet,
// open or closed. It replaces an encoder that has the same name.
func (e *Encoders) Add(name string, enc *api.Encoder) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.byName == nil {
		e.byName = map[string]*api.Encoder{}
	}
	e.byName[name] = enc
}

// Remove ends showing the figures of the encoder with this name. Until then Encoders refers to the
// encoder, and shows its last figures, even when the encoder has been closed.
func (e *Encoders) Remove(name string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.byName, name)
}

// Stats returns a snapshot of the figures of each encoder, by name.
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

// Var returns Stats as a variable for expvar.Publish.
func (e *Encoders) Var() expvar.Func { return func() any { return e.Stats() } }

func sortedNames(all map[string]api.Stats) []string { return slices.Sorted(maps.Keys(all)) }
