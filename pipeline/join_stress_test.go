package pipeline

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A hundred sinks that have joined and left leave nothing behind.
func TestNothingStaysOfSinksThatLeft(t *testing.T) {
	s := startStage(t, 4, &fakeSink{})
	var collected atomic.Int32
	before := runtime.NumGoroutine()
	for i := range 100 {
		sink := &fakeSink{}
		runtime.AddCleanup(sink, func(int) { collected.Add(1) }, 0)
		seat := s.joinGuest(t, 4, Guest[int]{}, sink)
		s.send(t, 10*i, 10*i+1)
		switch i % 3 {
		case 0:
			require.NoError(t, seat.Leave(t.Context()))
		case 1:
			seat.Stop(errBoom)
		default:
			seat.fail(errBoom)
		}
		<-seat.Done()
	}
	for deadline := time.Now().Add(10 * time.Second); runtime.NumGoroutine() > before; runtime.Gosched() {
		require.True(t, time.Now().Before(deadline), "%d goroutines, %d before", runtime.NumGoroutine(), before)
	}
	nodes, edges, abandoned := s.run.Stats()
	assert.Equal(t, []int{2, 2, 0}, []int{len(nodes), len(edges), abandoned})
	assert.Len(t, s.run.seated(), 1)
	assert.Len(t, *s.out.consumers.Load(), 1)
	assert.Eventually(t, func() bool {
		runtime.GC()
		return collected.Load() >= 99 // the last one may still be on the stack
	}, 10*time.Second, time.Millisecond)
	require.NoError(t, s.run.Close())
	assert.Zero(t, s.live.Load())
}

// Sinks join, leave, stop and lose items at full speed, on real threads. Several goroutines send to
// each of two outlets at a time.
func TestStressOfJoinsAndLeaves(t *testing.T) {
	const senders, joiners, rounds = 2, 4, 60
	f := &fork{run: NewRun(t.Context()), sinks: []*fakeSink{{}}}
	a, outA := NewSource[int](f.run, "source", 0)
	b, outB := NewSource[int](f.run, "source", 1)
	f.joinSink("sink", f.queue(4), f.sinks[0], outA, outB)
	f.run.Start()
	var sending, joining sync.WaitGroup
	var sent [2]atomic.Int64
	over := make(chan struct{})
	for i := range 2 * senders {
		sending.Go(func() {
			for v := 0; !isClosed(over); v++ {
				f.live.Add(1)
				if assert.NoError(t, []*Source[int]{a, b}[i%2].Send(t.Context(), v)) {
					sent[i%2].Add(1)
				}
			}
		})
	}
	for j := range joiners {
		joining.Go(func() {
			for i := range rounds {
				f.joinAndLeave(t, i+j, outA, outB)
			}
		})
	}
	joining.Wait()
	close(over)
	sending.Wait()
	require.NoError(t, f.run.Close())
	for i := range sent {
		assert.EqualValues(t, sent[i].Load(), len(f.sinks[0].taken(i)))
	}
	assert.Zero(t, f.live.Load(), "each reference was consumed or freed")
}

// joinAndLeave lets a sink of some kind join and end in some way.
func (f *fork) joinAndLeave(t *testing.T, kind int, from ...*Outlet[int]) {
	var ended [2]bool
	sink := f.freeing(&fakeSink{consume: func(_ context.Context, input, v int) error {
		assert.False(t, ended[input], "%d after the end of input %d", v, input)
		return nil
	}})
	sink.endInput = func(_ context.Context, input int) error { ended[input] = true; return nil }
	var seat *Seat
	var err error
	if kind%2 == 0 {
		seat, err = JoinRunning("late", f.queue(2), tens, Sink[int](sink), from...)
	} else {
		seat, err = JoinRunningGuest("guest", f.queue(2), Guest[int]{Begins: tens}, Sink[int](sink), from...)
	}
	assert.NoError(t, err)
	runtime.Gosched()
	if kind%3 == 0 {
		seat.Stop(errBoom)
		<-seat.Done()
		assert.ErrorIs(t, seat.Err(), errBoom)
	} else {
		assert.NoError(t, seat.Leave(t.Context()))
	}
	for i, e := range seat.Stats().Edges {
		assert.True(t, lawful(e) && e.Received == int64(len(sink.taken(i))), "%+v", e)
	}
	f.requireLaw(t)
}

// An input on which the mark of a sink that leaves has come gets nothing more, although the sink
// still waits for the mark on another input.
func TestNothingIsSentBehindTheMarkOfASinkThatLeaves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		run, gate := NewRun(t.Context()), make(chan struct{})
		var refs references
		a, outA := NewSource[int](run, "source", 0)
		b, outB := NewSource[int](run, "source", 1)
		slow := &fakeProcessor{process: func(_ context.Context, v int, emit Emit[int]) error {
			<-gate
			return emit(v)
		}}
		outB = Connect(outB, "slow", refs.queue(1), Processor[int, int](slow))
		steady, leaves := &fakeSink{}, &fakeSink{}
		Join("steady", refs.queue(1), Sink[int](steady), outA, outB)
		seat := Join("leaves", refs.queue(1), Sink[int](leaves), outA, outB)
		run.Start()
		require.NoError(t, a.Send(t.Context(), 0))
		require.NoError(t, b.Send(t.Context(), 0))
		left := later(func() error { return seat.Leave(t.Context()) })
		require.True(t, pending(left))
		for _, v := range spanOf(1, 10) {
			require.NoError(t, a.Send(t.Context(), v))
		}
		assert.EqualValues(t, 1, seat.Stats().Edges[0].Sent)
		close(gate)
		require.NoError(t, <-left)
		assert.Equal(t, []int{0}, leaves.taken(1), "it was accepted before the sink was to leave")
		require.NoError(t, run.Close())
		assert.Equal(t, count(10), steady.taken(0))
	})
}
