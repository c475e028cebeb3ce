package pipeline

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// TestYieldAfterWork: a node yields by how long it has worked, and not at each item, and only if
// its queue asks for it.
func TestYieldAfterWork(t *testing.T) {
	w := &worker[int]{actor: &actor[int]{in: &inbox[int]{}}}
	w.clock.spent[isBusy] = time.Hour
	w.yield()
	assert.Zero(t, w.yielded)
	w.in.queue.Yields = true
	for _, step := range []struct{ busy, yielded time.Duration }{
		{time.Millisecond, 0},
		{2 * time.Millisecond, 2 * time.Millisecond},
		{3 * time.Millisecond, 2 * time.Millisecond},
		{9 * time.Millisecond, 9 * time.Millisecond},
	} {
		w.clock.spent[isBusy], w.clock.spent[isIdle] = step.busy, time.Hour
		w.yield()
		assert.Equal(t, step.yielded, w.yielded, "after %v of work", step.busy)
	}
}
