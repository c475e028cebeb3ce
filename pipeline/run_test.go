package pipeline

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestCloseDrainsFlushesAndClosesInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var log []string
		say := func(format string, args ...any) {
			mu.Lock()
			defer mu.Unlock()
			log = append(log, fmt.Sprintf(format, args...))
		}
		node := func(name string, held int) *fakeProcessor {
			return &fakeProcessor{
				flush: func(_ context.Context, emit Emit[int]) error { say("%s flushes", name); return emit(held) },
				close: func() { say("%s closes", name) },
			}
		}
		sink := &fakeSink{
			endInput: func(_ context.Context, input int) error { say("input %d ends", input); return nil },
			flush:    func(context.Context) error { say("sink flushes"); return nil },
			close:    func() { say("sink closes") },
		}
		l := startLine(t, 2, sink, node("a", 100), node("b", 200))
		l.send(t, count(20)...)
		require.NoError(t, l.run.Close())

		assert.Equal(t, append(count(20), 100, 200), sink.taken(0))
		assert.Equal(t, []string{
			"a flushes", "a closes", "b flushes", "b closes", "input 0 ends", "sink flushes", "sink closes",
		}, log)
		assert.Empty(t, l.contents())
	})
}

func TestSinkFinishesOnlyWhenTheRunIsClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := startLine(t, 1, &fakeSink{}, &fakeProcessor{})
		l.send(t, 1)
		l.source.End()
		l.source.End()
		synctest.Wait()
		assert.Zero(t, l.sink.flushed.Load(), "the input has ended, but the run goes on")
		assert.False(t, isClosed(l.run.Done()))
		assert.NoError(t, l.run.Close())
		assert.EqualValues(t, 1, l.sink.flushed.Load())
	})
}

func TestCloseIsIdempotentFromAnyGoroutine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		node := &fakeProcessor{}
		l := startLine(t, 1, &fakeSink{}, node)
		var calls sync.WaitGroup
		for range 8 {
			calls.Go(func() { assert.NoError(t, l.run.Close()) })
			calls.Go(func() { assert.NoError(t, l.run.Wait()) })
		}
		calls.Wait()
		assert.NoError(t, l.run.Close())
		assert.EqualValues(t, 1, node.flushed.Load())
		assert.EqualValues(t, 1, node.closed.Load())
		assert.EqualValues(t, 1, l.sink.closed.Load())
	})
}

func TestCloseWaitsForSendsUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate := make(chan struct{})
		l := startLine(t, 1, &fakeSink{consume: block(gate)})
		l.send(t, 0, 1)
		send := later(func() error { return l.source.Send(t.Context(), 2) })
		synctest.Wait()
		closed := later(l.run.Close)
		assert.True(t, pending(closed))
		assert.True(t, pending(send))
		close(gate)
		assert.NoError(t, <-send)
		assert.NoError(t, <-closed)
		assert.Equal(t, count(3), l.sink.taken(0))
	})
}

// What happens after a run finished does not change how it ended.
func TestAfterTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		run := NewRun(ctx)
		var freed bin
		source, out := NewSource[int](run, "source", 0)
		Join("sink", Queue[int]{Free: freed.free}, &fakeSink{}, out)
		run.Start()
		require.NoError(t, run.Close())

		cancel(errBoom)
		assert.True(t, isClosed(run.Done()))
		assert.NoError(t, run.Cause())
		assert.NoError(t, run.Abort(errBoom))
		assert.NoError(t, run.Sync(t.Context()))
		assert.ErrorIs(t, source.Send(t.Context(), 7), ErrEnded)
		assert.Equal(t, []int{7}, freed.contents(), "a send that fails frees")
	})
}

// The context may end when all is done and the run has not noticed yet. It finished all the same.
func TestStopJustAfterTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		run := NewRun(ctx)
		_, out := NewSource[int](run, "source", 0)
		Join("sink", Queue[int]{}, &fakeSink{close: func() { cancel(errBoom) }}, out)
		run.Start()
		assert.NoError(t, run.Close())
		assert.NoError(t, run.Cause())
		assert.NoError(t, run.Sync(t.Context()))
	})
}

func TestEmptyRun(t *testing.T) {
	run := NewRun(t.Context())
	run.Start()
	assert.NoError(t, run.Close())
}

func TestAbortOfARunThatWasNeverStarted(t *testing.T) {
	node := &fakeProcessor{}
	run := NewRun(t.Context())
	_, out := NewSource[int](run, "source", 0)
	Connect(out, "node", Queue[int]{}, node)
	assert.ErrorIs(t, run.Abort(errBoom), errBoom)
	assert.Zero(t, node.closed.Load(), "its nodes stay with the caller")
}

func TestMiswiring(t *testing.T) {
	var node Processor[int, int] = &fakeProcessor{}
	tests := map[string]struct {
		wire func(run *Run, out *Outlet[int])
		want string
	}{
		"loose source": {
			func(run *Run, _ *Outlet[int]) { run.Start() }, "pipeline: 1 outlets are not connected",
		},
		"loose processor": {
			func(run *Run, out *Outlet[int]) { Connect(out, "a", Queue[int]{}, node); run.Start() },
			"pipeline: 1 outlets are not connected",
		},
		"two consumers that do not share": {
			func(_ *Run, out *Outlet[int]) {
				Join("x", Queue[int]{}, &fakeSink{}, out)
				Connect(out, "y", Queue[int]{}, node)
			}, "pipeline: the outlet of source has several consumers, and the queue of x does not share",
		},
		"no copies": {
			func(_ *Run, out *Outlet[int]) { Connect[int, int](out, "a", Queue[int]{}) }, "pipeline: a has no processor",
		},
		"started twice": {
			func(run *Run, out *Outlet[int]) {
				Join("x", Queue[int]{}, &fakeSink{}, out)
				run.Start()
				defer func() { _ = run.Close() }()
				run.Start()
			}, "pipeline: the run was started before",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			run := NewRun(t.Context())
			_, out := NewSource[int](run, "source", 0)
			assert.PanicsWithValue(t, test.want, func() { test.wire(run, out) })
		})
	}
}

// The clock of the bubble moves only while everybody waits, so times are exact.
func TestStats(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		twice := &fakeProcessor{process: func(_ context.Context, in int, emit Emit[int]) error {
			time.Sleep(time.Second)
			if err := emit(in); err != nil {
				return err
			}
			return emit(in)
		}}
		sink := &fakeSink{
			consume: func(context.Context, int, int) error { time.Sleep(10 * time.Second); return nil },
			flush:   func(context.Context) error { time.Sleep(5 * time.Second); return nil },
		}
		l := startLine(t, 1, sink, twice)
		start := time.Now()
		l.send(t, count(3)...)
		// The first item is sent on from 1 s to 1 s, as there is room for two. From then on the sink
		// takes one each 10 s: the second item is sent on from 2 s to 21 s, the third from 22 s to 41 s;
		// the sink is done with it at 61 s.
		assert.Equal(t, time.Second, time.Since(start), "the third waits until the second is taken")
		require.NoError(t, l.run.Close())
		assert.Equal(t, 66*time.Second, time.Since(start))

		nodes, edges, abandoned := l.run.Stats()
		assert.Equal(t, []NodeStats{
			{Name: "a", Stream: 0, Copies: 1, In: 3, Out: 6, Busy: 3 * time.Second, Blocked: 38 * time.Second},
			{Name: "sink", Stream: NoStream, Copies: 1, In: 6, Busy: 65 * time.Second, Idle: time.Second},
		}, nodes)
		assert.Equal(t, []EdgeStats{
			{From: "source", To: "a", Sent: 3, Received: 3, Depth: 1, Blocked: time.Second},
			{From: "a", To: "sink", Sent: 6, Received: 6, Depth: 1, Blocked: 38 * time.Second},
		}, edges)
		assert.Zero(t, abandoned)
	})
}
