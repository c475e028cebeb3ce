package pipeline

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// TestYieldAfterWork: a node yields by how long it has worked, and not at each item.
func TestYieldAfterWork(t *testing.T) {
	w := &worker[int]{}
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
