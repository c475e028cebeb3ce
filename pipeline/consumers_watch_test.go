package pipeline

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Sync returns when the slowest sink has synced.
func TestSyncOfSeveralSinks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := &fakeSink{consume: func(context.Context, int, int) error { time.Sleep(time.Second); return nil }}
		fast := &fakeSink{}
		f := startFork(t, 2, &fakeProcessor{}, fast, slow)
		start := time.Now()
		f.send(t, count(3)...)
		require.NoError(t, f.run.Sync(t.Context()))
		assert.Equal(t, 3*time.Second, time.Since(start))
		for _, sink := range f.sinks {
			assert.Equal(t, count(3), sink.taken(0))
			assert.EqualValues(t, 1, sink.synced.Load())
		}
		f.source.End()
		require.NoError(t, f.run.Sync(t.Context()), "after the end of all inputs, too")
		assert.EqualValues(t, 2, slow.synced.Load())
		require.NoError(t, f.run.Close())
	})
}

// What waits in the queue of one sink is on its way to that sink alone; what waits before the fork
// is on its way to both.
func TestSuppliesOfSeveralSinks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate := make(chan struct{})
		slow, fast := &expectantSink{}, &expectantSink{}
		slow.consume = block(gate)
		var refs references
		run := NewRun(t.Context())
		source, out := NewSource[int](run, "source", 0)
		out = Connect(out, "node", refs.queue(2), Processor[int, int](&fakeProcessor{}))
		Join("slow", refs.queue(1), Sink[int](slow), out)
		Join("fast", refs.queue(1), Sink[int](fast), out)
		run.Start()
		underway := func() []bool {
			synctest.Wait()
			return []bool{slow.supplies[0].Underway(), fast.supplies[0].Underway()}
		}
		assert.Equal(t, []bool{false, false}, underway())
		require.NoError(t, source.Send(t.Context(), 0))
		assert.Equal(t, []bool{false, false}, underway(), "it is in the sink")
		require.NoError(t, source.Send(t.Context(), 1))
		assert.Equal(t, []bool{true, false}, underway())
		require.NoError(t, source.Send(t.Context(), 2))
		assert.Equal(t, []bool{true, true}, underway(), "the node waits for room, and what it is given next waits")
		assert.Equal(t, slow.supplies[0].FedAt(), fast.supplies[0].FedAt())
		close(gate)
		require.NoError(t, run.Close())
	})
}

// A sink that stalls is found, and named, while others work.
func TestStallOfOneOfSeveralSinks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate := make(chan struct{})
		defer close(gate)
		f := &fork{run: NewRun(t.Context()), sinks: []*fakeSink{{}, {consume: block(gate)}}}
		source, out := NewSource[int](f.run, "source", 0)
		f.source = source
		for i, sink := range f.sinks {
			f.joinSink(fmt.Sprintf("sink %d", i), f.queue(1), sink, out)
		}
		f.run.FailStalls(time.Second)
		f.run.Start()
		sent := f.sendLater(t, count(10)...)
		var stall *StallError
		var node *NodeError
		err := f.run.Wait()
		require.ErrorAs(t, err, &stall)
		require.ErrorAs(t, err, &node)
		assert.Equal(t, "sink 1", node.Node)
		assert.Equal(t, 1, stall.Waiting)
		require.ErrorIs(t, <-sent, err)
	})
}
