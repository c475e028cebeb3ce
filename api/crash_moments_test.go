package api_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"
)

// atRandomMoments runs kill so many times, a few at once, each with a folder of its own and a
// moment up to longest. It logs the seed of the moments.
func atRandomMoments(
	t *testing.T, times, atOnce int, longest time.Duration, kill func(i int, dir string, after time.Duration) error,
) {
	t.Helper()
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	var g errgroup.Group
	g.SetLimit(atOnce)
	for i := range times {
		dir, after := t.TempDir(), time.Duration(random.Int64N(int64(longest)))
		g.Go(func() error { return kill(i, dir, after) })
	}
	require.NoError(t, g.Wait())
}
