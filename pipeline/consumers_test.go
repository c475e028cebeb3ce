package pipeline

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
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

func TestEachConsumerGetsEverything(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := startFork(t, 2, &fakeProcessor{}, &fakeSink{}, &fakeSink{}, &fakeSink{})
		f.send(t, count(20)...)
		require.NoError(t, f.run.Close())
		for i, sink := range f.sinks {
			assert.Equal(t, count(20), sink.taken(0), "sink %d", i)
			assert.EqualValues(t, 1, sink.flushed.Load())
			assert.EqualValues(t, 1, sink.closed.Load())
		}
		assert.EqualValues(t, 40, f.shared.Load(), "the last consumer gets the item itself")
		assert.Zero(t, f.live.Load())
		assert.Empty(t, f.contents())
		nodes, edges, _ := f.run.Stats()
		assert.EqualValues(t, 20, nodes[0].Out, "an item counts once, however many get it")
		for i, e := range edges[1:] {
			assert.Equal(t, EdgeStats{From: "node", To: fmt.Sprintf("sink %d", i), Sent: 20, Received: 20, Depth: 2}, e)
		}
	})
}

// A slow consumer holds up the others only when its queue is full, and one item later.
func TestSlowConsumer(t *testing.T) {
	for _, slow := range []int{0, 1, 2} {
		t.Run(fmt.Sprintf("sink %d", slow), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				gate := make(chan struct{})
				sinks := []*fakeSink{{}, {}, {}}
				sinks[slow].consume = block(gate)
				f := startFork(t, 2, &fakeProcessor{}, sinks...)
				for _, v := range count(4) {
					f.send(t, v)
					synctest.Wait()
				}
				sent := f.sendLater(t, 4, 5, 6, 7, 8, 9)
				require.True(t, pending(sent))
				for i, sink := range sinks {
					want := 4 // one is in the slow sink, two are in its queue, and the sender waits with one
					if i == slow {
						want = 1
					}
					assert.Equal(t, count(want), sink.taken(0), "sink %d", i)
				}
				time.Sleep(time.Second)
				for i, e := range f.requireLaw(t)[1:] {
					if i == slow {
						assert.Equal(t, []any{int64(3), 2, time.Second}, []any{e.Sent, e.Queued, e.Blocked})
					} else {
						assert.Equal(t, []any{int64(4), 0, time.Duration(0)}, []any{e.Sent, e.Queued, e.Blocked})
					}
				}
				close(gate)
				require.NoError(t, <-sent)
				require.NoError(t, f.run.Close())
				for _, sink := range sinks {
					assert.Equal(t, count(10), sink.taken(0))
				}
				assert.Zero(t, f.live.Load())
			})
		})
	}
}

// Where several consumers have no room, each gets the item as soon as it has room, whatever its
// place among them. None lags behind because another one is slow.
func TestFullConsumersDoNotWaitForEachOther(t *testing.T) {
	for _, sinks := range []int{2, 3, 4, 5, 6} {
		for fast := range sinks {
			t.Run(fmt.Sprintf("sink %d of %d", fast, sinks), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					gates, all := make([]chan struct{}, sinks), make([]*fakeSink, sinks)
					for i := range all {
						gates[i] = make(chan struct{})
						all[i] = &fakeSink{consume: block(gates[i])}
					}
					f := startFork(t, 1, &fakeProcessor{}, all...)
					sent := f.sendLater(t, count(5)...)
					require.True(t, pending(sent))
					time.Sleep(time.Second)
					close(gates[fast])
					synctest.Wait()
					time.Sleep(time.Second)
					for i, e := range f.requireLaw(t)[1:] {
						if i == fast {
							assert.Equal(t, count(3), all[i].taken(0), "and the item with which the sender waits")
							assert.Equal(t, []any{int64(3), 0, time.Second}, []any{e.Sent, e.Queued, e.Blocked})
						} else {
							assert.Equal(t, count(1), all[i].taken(0))
							assert.Equal(t, []any{int64(2), 1, 2 * time.Second}, []any{e.Sent, e.Queued, e.Blocked})
						}
					}
					nodes, _, _ := f.run.Stats()
					assert.Equal(t, 2*time.Second, nodes[0].Blocked)
					for i := range gates {
						if i != fast {
							close(gates[i])
						}
					}
					require.NoError(t, <-sent)
					require.NoError(t, f.run.Close())
					for _, sink := range all {
						assert.Equal(t, count(5), sink.taken(0))
					}
					assert.Zero(t, f.live.Load())
				})
			})
		}
	}
}

// A send that waits for several consumers ends with the run, or with its own context.
func TestWaitForFullConsumersEnds(t *testing.T) {
	for _, sinks := range []int{2, 3, 6} {
		for _, end := range []string{"abort", "context"} {
			t.Run(fmt.Sprintf("%s with %d", end, sinks), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					gate := make(chan struct{})
					f := &fork{run: NewRun(t.Context())}
					source, out := NewSource[int](f.run, "source", 0)
					for i := range sinks {
						f.joinSink(fmt.Sprintf("sink %d", i), f.queue(1), &fakeSink{consume: block(gate)}, out)
					}
					f.source = source
					f.run.Start()
					f.send(t, 0)
					synctest.Wait()
					f.send(t, 1)
					ctx, cancel := context.WithCancelCause(t.Context())
					f.live.Add(1)
					sent := later(func() error { return f.source.Send(ctx, 2) })
					require.True(t, pending(sent))
					if end == "abort" {
						go func() { _ = f.run.Abort(errBoom) }()
					} else {
						cancel(errBoom)
					}
					require.ErrorIs(t, <-sent, errBoom)
					assert.Len(t, slices.DeleteFunc(f.contents(), func(v int) bool { return v != 2 }), sinks)
					for _, e := range f.requireLaw(t) {
						assert.EqualValues(t, 3, e.Sent)
					}
					close(gate)
					_ = f.run.Abort(nil)
					cancel(nil)
					assert.Zero(t, f.live.Load())
				})
			})
		}
	}
}

// The end of a stream reaches a consumer while another one has no room for it.
func TestEndOfInputDoesNotWaitForASlowConsumer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate, ended := make(chan struct{}), false
		slow, fast := &fakeSink{consume: block(gate)}, &fakeSink{}
		fast.endInput = func(context.Context, int) error { ended = true; return nil }
		f := startFork(t, 1, &fakeProcessor{}, slow, fast)
		f.send(t, 0, 1)
		f.source.End()
		synctest.Wait()
		assert.True(t, ended)
		close(gate)
		require.NoError(t, f.run.Close())
	})
}

func TestFailingConsumer(t *testing.T) {
	for _, failing := range []int{0, 1} {
		t.Run(fmt.Sprintf("sink %d", failing), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				sinks := []*fakeSink{{}, {}}
				sinks[failing].consume = func(_ context.Context, _, v int) error {
					if v == 3 {
						return errBoom
					}
					return nil
				}
				f := startFork(t, 2, &fakeProcessor{}, sinks...)
				sent := <-f.sendLater(t, count(10)...)
				err := f.run.Close()
				var node *NodeError
				require.ErrorAs(t, err, &node)
				assert.Equal(t, NodeError{Node: fmt.Sprintf("sink %d", failing), Stream: NoStream, Err: errBoom}, *node)
				assert.Equal(t, err, sent)
				assert.Zero(t, f.live.Load(), "each reference is consumed or freed")
				for _, sink := range sinks {
					assert.Zero(t, sink.flushed.Load())
					assert.EqualValues(t, 1, sink.closed.Load())
				}
				f.requireLaw(t)
			})
		})
	}
}

func TestHardStopWithSeveralConsumers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stuck, other := newStuckSink(), &fakeSink{}
		f := &fork{run: NewRun(t.Context())}
		source, out := NewSource[int](f.run, "source", 0)
		f.source = source
		out = Connect(out, "node", f.queue(1), Processor[int, int](&fakeProcessor{}))
		f.joinSink("other", f.queue(1), other, out)
		f.live.Add(1) // the stuck sink does not say that it consumes
		Join("stuck", f.queue(1), Sink[int](stuck), out)
		f.run.Start()
		sent := f.sendLater(t, count(10)...)
		require.True(t, pending(sent))
		start := time.Now()
		require.ErrorIs(t, f.run.Abort(errBoom), errBoom)
		assert.Equal(t, wakeAfter, time.Since(start), "the one that is stuck is woken")
		require.ErrorIs(t, <-sent, errBoom)
		assert.EqualValues(t, 2, f.live.Load()) // see above, and the one that was in the stuck sink
		assert.Zero(t, other.flushed.Load())
		assert.EqualValues(t, 1, other.closed.Load())
		for _, e := range f.requireLaw(t) {
			assert.Zero(t, e.Queued)
		}
	})
}

// A sink that cannot be flushed leaves the others whole, also those that have not consumed
// everything yet.
func TestOtherSinksAreFlushed(t *testing.T) {
	for _, failing := range []int{0, 1} {
		t.Run(fmt.Sprintf("sink %d", failing), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				sinks := []*fakeSink{{}, {}}
				sinks[failing].flush = func(context.Context) error { return errBoom }
				slow := sinks[1-failing]
				slow.consume = func(context.Context, int, int) error { time.Sleep(time.Second); return nil }
				f := startFork(t, 8, &fakeProcessor{}, sinks...)
				f.send(t, count(5)...)
				err := f.run.Close()
				var node *NodeError
				require.ErrorAs(t, err, &node)
				assert.Equal(t, fmt.Sprintf("sink %d", failing), node.Node)
				assert.Equal(t, error(node), err, "one failure is returned as it is")
				assert.Equal(t, err, f.run.Cause())
				assert.Equal(t, count(5), slow.taken(0))
				assert.EqualValues(t, 1, slow.flushed.Load())
				assert.Zero(t, f.live.Load())
			})
		})
	}
}

// Where several sinks fail at the end, no failure is lost.
func TestSeveralSinksFailAtTheEnd(t *testing.T) {
	errOther := errors.New("another")
	fails := func(err error) func(context.Context) error { return func(context.Context) error { return err } }
	later := func(context.Context) error { time.Sleep(time.Second); return errOther }
	tests := map[string]struct {
		sinks []*fakeSink
		want  []error
	}{
		"both flushes":         {[]*fakeSink{{flush: fails(errBoom)}, {flush: later}}, []error{errBoom, errOther}},
		"a close, and a flush": {[]*fakeSink{{close: func() { panic(errBoom) }}, {flush: later}}, []error{errBoom, errOther}},
		"a flush, and an item of another": {[]*fakeSink{
			{flush: fails(errBoom)},
			{consume: func(context.Context, int, int) error { time.Sleep(time.Second); return errOther }},
		}, []error{errBoom, errOther}},
		"a close alone": {[]*fakeSink{{}, {close: func() { panic(errOther) }}}, []error{errOther}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := startFork(t, 8, &fakeProcessor{}, test.sinks...)
				f.send(t, 0)
				err := f.run.Close()
				for _, want := range test.want {
					require.ErrorIs(t, err, want)
				}
				var node *NodeError
				require.ErrorAs(t, err, &node)
				require.ErrorIs(t, node, test.want[0], "the first one comes first")
				require.Equal(t, err, f.run.Abort(nil))
			})
		})
	}
}

// A run can be aborted while one sink has failed at the end and another one does not come to it.
func TestAbortAfterAFailureAtTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		failing := &fakeSink{flush: func(context.Context) error { return errBoom }}
		gate := make(chan struct{})
		f := startFork(t, 2, &fakeProcessor{}, failing, &fakeSink{consume: block(gate)})
		f.send(t, 0)
		closed := later(f.run.Close)
		require.True(t, pending(closed))
		start := time.Now()
		err := f.run.Abort(nil)
		require.ErrorIs(t, err, ErrAborted)
		require.ErrorIs(t, err, errBoom)
		require.Equal(t, err, <-closed)
		require.Less(t, time.Since(start), time.Second)
		close(gate)
	})
}

func TestItemThatCannotBeShared(t *testing.T) {
	for _, from := range []string{"source", "node"} {
		t.Run(from, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := &fork{run: NewRun(t.Context()), sinks: []*fakeSink{{}, {}, {}}}
				source, out := NewSource[int](f.run, "source", 0)
				if f.source = source; from == "node" {
					out = Connect(out, "node", f.queue(1), Processor[int, int](&fakeProcessor{}))
				}
				for i, sink := range f.sinks {
					queue := f.queue(3)
					if i == 1 {
						queue.Share = func(int) (int, error) { return 0, errBoom }
					}
					f.joinSink(fmt.Sprintf("sink %d", i), queue, sink, out)
				}
				f.run.Start()
				<-f.sendLater(t, 7) // the error is that of the run, which Close returns
				err := f.run.Close()
				var node *NodeError
				require.ErrorAs(t, err, &node)
				assert.Equal(t, NodeError{Node: from, Stream: 0, Err: errBoom}, *node)
				assert.Zero(t, f.live.Load())
				f.requireLaw(t)
			})
		})
	}
}

// A source may feed several consumers too, and sinks stand beside processors.
func TestSourceWithSeveralConsumers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fork{run: NewRun(t.Context()), sinks: []*fakeSink{{}, {}}}
		source, out := NewSource[int](f.run, "source", 0)
		f.source = source
		f.joinSink("sink 0", f.queue(1), f.sinks[0], out)
		double := &fakeProcessor{process: func(_ context.Context, in int, emit Emit[int]) error { return emit(2 * in) }}
		doubled := Connect(out, "double", f.queue(1), Processor[int, int](double))
		f.joinSink("sink 1", f.queue(1), f.sinks[1], doubled)
		f.run.Start()
		f.send(t, count(5)...)
		require.NoError(t, f.run.Sync(t.Context()))
		require.NoError(t, f.run.Close())
		assert.Equal(t, count(5), f.sinks[0].taken(0))
		assert.Equal(t, []int{0, 2, 4, 6, 8}, f.sinks[1].taken(0))

		f.live.Add(1)
		require.ErrorIs(t, f.source.Send(t.Context(), 9), ErrEnded)
		assert.Zero(t, f.live.Load())
		for _, e := range f.requireLaw(t)[:2] {
			assert.EqualValues(t, 1, e.Freed)
		}
	})
}

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
