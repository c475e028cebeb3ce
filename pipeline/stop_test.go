package pipeline

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// stopper stops a run, or the context that it lives by.
type stopper func(run *Run, cancel context.CancelCauseFunc)

func TestHardStop(t *testing.T) {
	tests := map[string]struct {
		stop stopper
		want error
	}{
		"abort":               {func(run *Run, _ context.CancelCauseFunc) { _ = run.Abort(errBoom) }, errBoom},
		"abort without cause": {func(run *Run, _ context.CancelCauseFunc) { _ = run.Abort(nil) }, ErrAborted},
		"context":             {func(_ *Run, cancel context.CancelCauseFunc) { cancel(errBoom) }, errBoom},
		"abort after context": {
			func(run *Run, cancel context.CancelCauseFunc) { cancel(errBoom); _ = run.Abort(nil) }, errBoom,
		},
		"context during close": {func(run *Run, cancel context.CancelCauseFunc) {
			time.AfterFunc(time.Second, func() { cancel(errBoom) })
			_ = run.Close()
		}, errBoom},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { testHardStop(t, test.stop, test.want) })
		})
	}
}

// testHardStop stops a run whose queues are full and whose senders wait.
func testHardStop(t *testing.T, stop stopper, want error) {
	ctx, cancel := context.WithCancelCause(t.Context())
	run := NewRun(ctx)
	var freed bin
	queue := Queue[int]{Depth: 2, Free: freed.free}
	source, out := NewSource[int](run, "source", 0)
	var emitted error
	node := &fakeProcessor{process: func(_ context.Context, in int, emit Emit[int]) error {
		emitted = emit(in)
		return emitted
	}}
	sink := &fakeSink{consume: func(ctx context.Context, _, _ int) error { <-ctx.Done(); return ctx.Err() }}
	out = Connect(out, "a", queue, node)
	Join("sink", queue, sink, out)
	run.Start()
	for _, v := range count(6) { // one in the sink, two before it, one in the node, two before it
		require.NoError(t, source.Send(t.Context(), v))
	}
	send := later(func() error { return source.Send(t.Context(), 6) })
	require.True(t, pending(send))
	start := time.Now()
	stop(run, cancel)

	assert.Equal(t, want, run.Wait())
	assert.Less(t, time.Since(start), 2*time.Second)
	assert.Equal(t, want, <-send, "pending sends return the cause")
	assert.Equal(t, want, emitted, "pending sends of nodes, too")
	assert.Equal(t, want, source.Send(t.Context(), 7))
	assert.Equal(t, []int{0}, sink.taken(0))
	assert.Equal(t, []int{1, 2, 3, 4, 5, 6, 7}, freed.contents())
	assert.Zero(t, node.flushed.Load()+sink.flushed.Load())
	assert.EqualValues(t, 1, node.closed.Load())
	assert.EqualValues(t, 1, sink.closed.Load())
	_, edges, _ := run.Stats()
	assert.Equal(t, EdgeStats{
		From: "source", To: "a", Sent: 8, Received: 4, Freed: 4, Depth: 2, Blocked: edges[0].Blocked,
	}, edges[0])
	assert.Equal(t, EdgeStats{
		From: "a", To: "sink", Sent: 4, Received: 1, Freed: 3, Depth: 2, Blocked: edges[1].Blocked,
	}, edges[1])
}

// An item that was taken from its owner goes to the node, even if the run stops meanwhile: only the
// node can give it back.
func TestWhatWasTakenIsProcessed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		run := NewRun(t.Context())
		var freed bin
		source, out := NewSource[int](run, "source", 0)
		sink := &fakeSink{}
		slowly := func(int) bool { time.Sleep(time.Second / 2); return true }
		Join("sink", Queue[int]{Depth: 2, Free: freed.free, Take: slowly}, sink, out)
		run.Start()
		require.NoError(t, source.Send(t.Context(), 1))
		require.NoError(t, source.Send(t.Context(), 2))
		synctest.Wait()
		run.cancel(errBoom)
		assert.Equal(t, errBoom, run.Wait())
		assert.Equal(t, []int{1}, sink.taken(0))
		assert.Equal(t, []int{2}, freed.contents())
	})
}

// In a run that has stopped there is room again, because queues are emptied. Still nothing is
// accepted.
func TestNothingIsSentInAStoppedRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var emitted error
		node := &fakeProcessor{process: func(ctx context.Context, in int, emit Emit[int]) error {
			<-ctx.Done()
			emitted = emit(in)
			return nil
		}}
		l := startLine(t, 5, &fakeSink{}, node)
		l.send(t, 1)
		synctest.Wait()
		assert.ErrorIs(t, l.run.Abort(errBoom), errBoom)
		assert.ErrorIs(t, emitted, errBoom)
		assert.Equal(t, []int{1}, l.contents())
		nodes, edges, _ := l.run.Stats()
		assert.Zero(t, nodes[0].Out)
		assert.Equal(t, EdgeStats{From: "a", To: "sink", Sent: 1, Freed: 1, Depth: 5}, edges[1])
	})
}

func TestFirstErrorWins(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		first, second := errors.New("first"), errors.New("second")
		node := &fakeProcessor{process: func(ctx context.Context, _ int, _ Emit[int]) error {
			<-ctx.Done()
			return second
		}}
		sink := &fakeSink{consume: func(context.Context, int, int) error { time.Sleep(time.Second); return first }}
		run, a, b := startTwo(t, node, sink)
		require.NoError(t, b.Send(t.Context(), 1))
		require.NoError(t, a.Send(t.Context(), 1))
		err := run.Wait()
		assert.Equal(t, &NodeError{Node: "sink", Stream: NoStream, Err: first}, err)
		assertCause(t, run, a, err)
	})
}

// A node may wrap what emit returns. The cause stays what it was.
func TestCauseIsNotWrappedByThoseWhoSeeIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		node := &fakeProcessor{process: func(_ context.Context, in int, emit Emit[int]) error {
			if err := emit(in); err != nil {
				return fmt.Errorf("node: %w", err)
			}
			return nil
		}}
		sink := &fakeSink{consume: func(context.Context, int, int) error { return errBoom }}
		l := startLine(t, 1, sink, &fakeProcessor{}, node)
		for l.source.Send(t.Context(), 0) == nil {
		}
		assert.Equal(t, &NodeError{Node: "sink", Stream: NoStream, Err: errBoom}, l.run.Close())
	})
}

func TestNodeError(t *testing.T) {
	tests := map[string]struct {
		err  *NodeError
		want string
	}{
		"stream":    {&NodeError{"encode", 2, errBoom}, "avloom: stream 2: encode: boom"},
		"no stream": {&NodeError{"mux", NoStream, errBoom}, "avloom: mux: boom"},
		"panic":     {&NodeError{"mux", NoStream, &PanicError{errBoom, []byte("stack")}}, "avloom: mux: panic: boom\nstack"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			assert.EqualError(t, test.err, test.want)
			assert.ErrorIs(t, test.err, errBoom)
		})
	}
}
