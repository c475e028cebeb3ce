package api

import (
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
)

// on lets Go run on so many cores for the rest of the test.
func on(t *testing.T, cores int) {
	t.Helper()
	before := runtime.GOMAXPROCS(cores)
	t.Cleanup(func() { runtime.GOMAXPROCS(before) })
}

// opens takes the share of an encoder of so many streams, which use all of it but no more than
// useful each.
func opens(b *ThreadBudget, streams, useful int) (*claim, int) {
	c := b.join()
	s := c.take(streams)
	c.keep(streams * min(s, useful))
	return c, s
}

func TestProcessSharesItsCores(t *testing.T) {
	on(t, 16)
	var b ThreadBudget
	for range 1000 {
		b.join() // and never opens
	}
	var open []*claim
	for range crowd {
		c, n := opens(&b, 1, 64)
		require.Equal(t, 16, n, "one of a few: all cores")
		open = append(open, c)
	}
	late, n := opens(&b, 1, 64)
	require.Equal(t, 64/5, n, "beside these an even part")
	late.leave()
	_, n = opens(&b, 2, 64)
	require.Equal(t, 64/6, n, "two streams beside four")
	open[0].leave()
	open[0].leave()
	for range 200 {
		_, n = opens(&b, 1, 64)
		require.GreaterOrEqual(t, n, 1)
	}
	require.Equal(t, 1, n, "beside hundreds")
	require.Less(t, b.held, 500, "what hundreds hold together")
}

// TestAFewEncodersGetWhatOneAloneWouldGet, so that equal input gives equal files.
func TestAFewEncodersGetWhatOneAloneWouldGet(t *testing.T) {
	on(t, 2)
	var b ThreadBudget
	_, n := opens(&b, 4, 64)
	require.Equal(t, 2, n, "four streams")
	_, n = opens(&b, 1, 64)
	require.Equal(t, 1, n)
}

func TestWhatOneHasNoUseForIsLeftToOthers(t *testing.T) {
	on(t, 16)
	var b ThreadBudget
	small, n := opens(&b, 1, 3)
	require.Equal(t, 16, n)
	for range 3 {
		c, n := opens(&b, 1, 64)
		require.Equal(t, 16, n)
		defer c.leave()
	}
	large, n := opens(&b, 1, 64)
	require.Equal(t, 64-3-3*16, n)
	small.leave()
	large.leave()
	for range 3 { // encoders that open one after another get the same
		c, n := opens(&b, 1, 64)
		require.Equal(t, 16, n)
		c.leave()
	}
	c := b.join()
	require.Equal(t, 16, c.take(1))
	c.putBack() // it did not open
	require.Equal(t, 16, c.take(1))
	c.leave()
	require.Equal(t, 3*16, b.held)
	require.Equal(t, 3, b.streams)
}
