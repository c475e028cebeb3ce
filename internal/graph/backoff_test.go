package graph

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/internal/plan"
)

func TestBackoff(t *testing.T) {
	b := backoff{Backoff: plan.Backoff{First: time.Second, Longest: 10 * time.Second}}
	requireNear := func(want, got time.Duration) {
		t.Helper()
		require.InDelta(t, want, got, jitter*float64(want)+1)
		require.LessOrEqual(t, got, b.Longest)
	}
	for _, want := range []time.Duration{1, 2, 4, 8, 10, 10} {
		requireNear(want*time.Second, b.wait(0))
	}
	requireNear(10*time.Second, b.wait(b.Longest)) // a connection that is closed soon does not count
	requireNear(time.Second, b.wait(b.Longest+1))
	requireNear(2*time.Second, b.wait(0))
}

func TestBackoffOfOneLength(t *testing.T) {
	b := backoff{Backoff: plan.Backoff{First: time.Hour, Longest: time.Hour}}
	seen := map[time.Duration]bool{}
	for range 100 {
		wait := b.wait(0)
		require.GreaterOrEqual(t, wait, 48*time.Minute)
		require.LessOrEqual(t, wait, time.Hour)
		seen[wait] = true
	}
	require.Greater(t, len(seen), 10, "chance")
}
