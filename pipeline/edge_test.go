package pipeline

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestBackpressure(t *testing.T) {
	for name, test := range map[string]struct{ depth, fit int }{
		"zero means one": {0, 2}, // and one more is in the node
		"one":            {1, 2},
		"five":           {5, 6},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				gate := make(chan struct{})
				l := startLine(t, test.depth, &fakeSink{consume: block(gate)})
				l.send(t, count(test.fit)...)
				blocked := later(func() error { return l.source.Send(t.Context(), test.fit) })
				assert.True(t, pending(blocked))
				_, edges, _ := l.run.Stats()
				assert.Equal(t, test.fit-1, edges[0].Queued)
				assert.Equal(t, edges[0].Depth, edges[0].Queued)
				close(gate)
				assert.NoError(t, <-blocked)
				assert.NoError(t, l.run.Close())
				assert.Equal(t, count(test.fit+1), l.sink.taken(0))
			})
		})
	}
}

func TestSendEndsWithItsOwnContext(t *testing.T) {
	tests := map[string]struct {
		full bool // the send has to wait
		end  func(cancel context.CancelCauseFunc)
	}{
		"before the call, though there is room": {false, func(cancel context.CancelCauseFunc) { cancel(errBoom) }},
		"before the call":                       {true, func(cancel context.CancelCauseFunc) { cancel(errBoom) }},
		"while it waits": {true, func(cancel context.CancelCauseFunc) {
			time.AfterFunc(time.Second, func() { cancel(errBoom) })
		}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				gate := make(chan struct{})
				l := startLine(t, 1, &fakeSink{consume: block(gate)})
				if test.full {
					l.send(t, 0, 1)
				}
				ctx, cancel := context.WithCancelCause(t.Context())
				test.end(cancel)
				assert.ErrorIs(t, l.source.Send(ctx, 7), errBoom)
				assert.Equal(t, []int{7}, l.contents(), "a send that fails frees")
				_, edges, _ := l.run.Stats()
				assert.EqualValues(t, 1, edges[0].Freed)

				assert.NoError(t, l.run.Cause(), "only this call ends")
				close(gate)
				l.send(t, 8)
				assert.NoError(t, l.run.Close())
				assert.Contains(t, l.sink.taken(0), 8)
				assert.NotContains(t, l.sink.taken(0), 7)
			})
		})
	}
}

// End waits for a send that waits for room. Meanwhile nobody else has to wait for either.
func TestSendWhileEndWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate := make(chan struct{})
		l := startLine(t, 1, &fakeSink{consume: block(gate)})
		l.send(t, 0, 1)
		send := later(func() error { return l.source.Send(t.Context(), 2) })
		synctest.Wait()
		ended := later(func() error { l.source.End(); return nil })
		assert.True(t, pending(ended))

		assert.ErrorIs(t, l.source.Send(t.Context(), 7), ErrEnded)
		assert.Equal(t, []int{7}, l.contents())
		assert.True(t, pending(send))
		close(gate)
		assert.NoError(t, <-send)
		assert.NoError(t, <-ended)
		assert.NoError(t, l.run.Close())
		assert.Equal(t, count(3), l.sink.taken(0))
	})
}

// The end of a stream takes no room in the queue of a processor, so it never waits behind it.
func TestEndDoesNotWaitForAProcessor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate := make(chan struct{})
		node := &fakeProcessor{process: func(_ context.Context, in int, emit Emit[int]) error {
			<-gate
			return emit(in)
		}}
		l := startLine(t, 1, &fakeSink{}, node)
		l.send(t, 0, 1)
		l.source.End()
		assert.Empty(t, l.sink.taken(0))
		close(gate)
		assert.NoError(t, l.run.Close())
		assert.Equal(t, count(2), l.sink.taken(0))
	})
}

func TestWithdrawnItemsAreFreedUnseen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var freed bin
		run := NewRun(t.Context())
		source, out := NewSource[int](run, "source", 0)
		node, sink := &fakeProcessor{}, &fakeSink{}
		odd := func(v int) bool { return v%2 == 1 }
		out = Connect(out, "a", Queue[int]{Depth: 2, Free: freed.free, Take: odd}, node)
		Join("sink", Queue[int]{}, sink, out)
		run.Start()
		for _, v := range count(10) {
			assert.NoError(t, source.Send(t.Context(), v))
		}
		require.NoError(t, run.Close())

		assert.Equal(t, []int{1, 3, 5, 7, 9}, sink.taken(0))
		assert.Equal(t, []int{0, 2, 4, 6, 8}, freed.contents())
		assert.EqualValues(t, 5, node.processed.Load())
		nodes, edges, _ := run.Stats()
		assert.Equal(t, EdgeStats{From: "source", To: "a", Sent: 10, Received: 5, Freed: 5, Depth: 2}, edges[0])
		assert.EqualValues(t, 5, nodes[0].In)
	})
}

// Where inputs join, one of them may use the room of all, and the sink takes what comes.
func TestInputsShareOneQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		run := NewRun(t.Context())
		a, outA := NewSource[int](run, "a", 0)
		b, outB := NewSource[int](run, "b", 1)
		sink := &fakeSink{}
		gate := make(chan struct{})
		sink.consume = block(gate)
		Join("sink", Queue[int]{Depth: 2}, sink, outA, outB)
		run.Start()
		for _, v := range count(5) { // one of them is in the sink
			assert.NoError(t, a.Send(t.Context(), v))
		}
		_, edges, _ := run.Stats()
		assert.Equal(t, EdgeStats{From: "a", To: "sink", Stream: 0, Sent: 5, Received: 1, Queued: 4, Depth: 4}, edges[0])
		assert.Equal(t, EdgeStats{From: "b", To: "sink", Stream: 1, Depth: 4}, edges[1])
		close(gate)
		assert.NoError(t, b.Send(t.Context(), 9))
		assert.NoError(t, run.Close())
		assert.Equal(t, count(5), sink.taken(0))
		assert.Equal(t, []int{9}, sink.taken(1))
	})
}

// The counters of an edge are kept on either side of a channel. A snapshot between the two says
// what must have happened.
func TestEdgeSnapshot(t *testing.T) {
	tests := map[string]struct {
		sent, received, freed int64
		want                  EdgeStats
	}{
		"in step":             {5, 2, 1, EdgeStats{Sent: 5, Received: 2, Freed: 1, Queued: 2, Depth: 3}},
		"full":                {6, 2, 1, EdgeStats{Sent: 6, Received: 2, Freed: 1, Queued: 3, Depth: 3}},
		"the sender is late":  {2, 3, 0, EdgeStats{Sent: 3, Received: 3, Depth: 3}},
		"the taker is late":   {7, 2, 1, EdgeStats{Sent: 7, Received: 3, Freed: 1, Queued: 3, Depth: 3}},
		"two takers are late": {8, 2, 1, EdgeStats{Sent: 8, Received: 4, Freed: 1, Queued: 3, Depth: 3}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			e := edge{depth: 3, sent: test.sent, received: test.received, freed: test.freed}
			assert.Equal(t, test.want, e.stats())
		})
	}
}
