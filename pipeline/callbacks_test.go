package pipeline

import (
	"runtime"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func current() uint64 { return goroutine(make([]byte, headSize)) }

func TestCallbacks(t *testing.T) {
	var none *Callbacks
	none.Call(func() { assert.False(t, none.Inside()) })

	var c, other Callbacks
	assert.False(t, c.Inside())
	c.Call(func() {
		assert.True(t, c.Inside())
		assert.False(t, other.Inside(), "another graph's")
		c.Call(func() { assert.True(t, c.Inside()) })
		assert.True(t, c.Inside(), "still")
		var waiting sync.WaitGroup
		waiting.Go(func() { assert.False(t, c.Inside(), "another goroutine") })
		waiting.Wait()
	})
	assert.False(t, c.Inside())
	assert.Panics(t, func() { c.Call(func() { panic(errBoom) }) })
	assert.False(t, c.Inside(), "after a panic")
	var exiting sync.WaitGroup
	exiting.Go(func() { c.Call(runtime.Goexit) })
	exiting.Wait()
	assert.Zero(t, c.running.Load())
	assert.Empty(t, c.inside)
	require.NotZero(t, current(), "Go shows it as ever")
	c.Call(func() {
		require.Zero(t, testing.AllocsPerRun(100, func() { c.Inside() }))
	})
}

func TestAside(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var c Callbacks
		a := Aside{Callbacks: &c}
		a.End()
		here, there := current(), uint64(0)
		note := func() {
			there = current()
			assert.True(t, c.Inside())
		}
		require.NoError(t, a.Do(note))
		first := there
		assert.NotEqual(t, here, first)
		require.NoError(t, a.Do(note))
		assert.Equal(t, first, there, "one goroutine serves all")
		require.ErrorIs(t, a.Do(func() { panic(errBoom) }), errBoom)
		require.NoError(t, a.Do(note))
		assert.Equal(t, first, there, "also after a panic")
		require.ErrorIs(t, a.Do(runtime.Goexit), errGoexit)
		require.NoError(t, a.Do(note))
		assert.NotEqual(t, first, there, "the first is gone")
		assert.Zero(t, c.running.Load())
		a.End()
		a.End()
		require.NoError(t, a.Do(note))
		a.End()
	})
}

func TestApart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate := make(chan struct{})
		for _, f := range []func(){func() {}, func() { panic(errBoom) }, runtime.Goexit, func() { <-gate }} {
			Apart(f)
		}
		synctest.Wait()
		close(gate)
	})
}

func BenchmarkAside(b *testing.B) {
	a := Aside{Callbacks: new(Callbacks)}
	defer a.End()
	f := func() {}
	for b.Loop() {
		if err := a.Do(f); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkGoroutine(b *testing.B) {
	b.ReportAllocs()
	head := make([]byte, headSize)
	for b.Loop() {
		goroutine(head)
	}
}
