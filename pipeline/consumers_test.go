package pipeline

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

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
