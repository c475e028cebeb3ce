package pipeline

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

// references counts references to items: those that exist, and those that were freed unseen.
type references struct {
	bin
	live   atomic.Int64
	shared atomic.Int64
}

func (r *references) queue(depth int) Queue[int] {
	return Queue[int]{Depth: depth, Free: r.discard, Share: r.share}
}

func (r *references) share(v int) (int, error) {
	r.live.Add(1)
	r.shared.Add(1)
	return v, nil
}

func (r *references) discard(v int) {
	r.live.Add(-1)
	r.free(v)
}

// fork is a graph of one stream with a processor that feeds several sinks: source → node → sink,
// sink 1 and so on.
type fork struct {
	references
	run    *Run
	source *Source[int]
	sinks  []*fakeSink
}

// startFork starts a fork, all of its queues with the same depth. It is all over at the end of the
// test.
func startFork(t *testing.T, depth int, node Processor[int, int], sinks ...*fakeSink) *fork {
	t.Helper()
	f := &fork{run: NewRun(t.Context()), sinks: sinks}
	source, out := NewSource[int](f.run, "source", 0)
	f.source = source
	out = Connect(out, "node", f.queue(depth), node)
	for i, sink := range sinks {
		f.joinSink(fmt.Sprintf("sink %d", i), f.queue(depth), sink, out)
	}
	f.run.Start()
	t.Cleanup(func() { _ = f.run.Abort(nil) })
	return f
}

// joinSink adds a sink that frees what it consumes.
func (f *fork) joinSink(name string, queue Queue[int], sink *fakeSink, from ...*Outlet[int]) {
	Join(name, queue, Sink[int](f.freeing(sink)), from...)
}

// freeing makes a sink free what it consumes.
func (f *fork) freeing(sink *fakeSink) *fakeSink {
	consume := sink.consume
	sink.consume = func(ctx context.Context, input, v int) error {
		f.live.Add(-1)
		if consume == nil {
			return nil
		}
		return consume(ctx, input, v)
	}
	return sink
}

func (f *fork) send(t *testing.T, vs ...int) {
	t.Helper()
	for _, v := range vs {
		f.live.Add(1)
		require.NoError(t, f.source.Send(t.Context(), v))
	}
}

// sendLater sends vs from a goroutine of its own.
func (f *fork) sendLater(t *testing.T, vs ...int) <-chan error {
	return later(func() error {
		for _, v := range vs {
			f.live.Add(1)
			if err := f.source.Send(t.Context(), v); err != nil {
				return err
			}
		}
		return nil
	})
}

// requireLaw asserts what is true of all edges at every moment.
func (f *fork) requireLaw(t *testing.T) []EdgeStats {
	t.Helper()
	_, edges, _ := f.run.Stats()
	for _, e := range edges {
		require.Equal(t, e.Sent, e.Received+int64(e.Queued)+e.Freed+e.Lost, "%+v", e)
	}
	return edges
}
