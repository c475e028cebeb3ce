package pipeline

import (
	"context"
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// startCopies starts source → n copies → sink, with room for all items behind the copies.
func startCopies(t *testing.T, sink *fakeSink, n int, node func(i int) *fakeProcessor) (*line, []*fakeProcessor) {
	t.Helper()
	l := &line{run: NewRun(t.Context()), sink: sink}
	source, out := NewSource[int](l.run, "source", 0)
	l.source = source
	var nodes []*fakeProcessor
	var copies []Processor[int, int]
	for i := range n {
		nodes = append(nodes, node(i))
		copies = append(copies, nodes[i])
	}
	out = Connect(out, "copies", Queue[int]{Depth: 1, Free: l.free}, copies...)
	Join("sink", Queue[int]{Depth: 100, Free: l.free}, sink, out)
	l.run.Start()
	t.Cleanup(func() { _ = l.run.Abort(nil) })
	return l, nodes
}

func TestCopiesWorkAtTheSameTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, nodes := startCopies(t, &fakeSink{}, 4, func(int) *fakeProcessor {
			return &fakeProcessor{process: func(_ context.Context, in int, emit Emit[int]) error {
				time.Sleep(time.Second)
				return emit(in)
			}}
		})
		start := time.Now()
		l.send(t, count(40)...)
		require.NoError(t, l.run.Close())
		assert.Equal(t, 10*time.Second, time.Since(start))
		assert.Equal(t, count(40), l.sink.taken(0))
		for _, n := range nodes {
			assert.EqualValues(t, 10, n.processed.Load())
		}
	})
}

func TestCopiesKeepOrder(t *testing.T) {
	for seed := range uint64(20) {
		synctest.Test(t, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(seed, 0))
			pauses := make([]time.Duration, 100)
			for i := range pauses {
				pauses[i] = time.Duration(rng.IntN(10)) * time.Millisecond
			}
			// A copy emits as many items as the last digit says, at various times, none among them.
			l, _ := startCopies(t, &fakeSink{}, 1+rng.IntN(5), func(int) *fakeProcessor {
				return &fakeProcessor{process: func(_ context.Context, in int, emit Emit[int]) error {
					for i := range in % 4 {
						time.Sleep(pauses[in])
						if err := emit(in*10 + i); err != nil {
							return err
						}
					}
					time.Sleep(pauses[99-in])
					return nil
				}}
			})
			l.send(t, count(100)...)
			require.NoError(t, l.run.Close())
			var want []int
			for in := range 100 {
				for i := range in % 4 {
					want = append(want, in*10+i)
				}
			}
			assert.Equal(t, want, l.sink.taken(0), "seed %d", seed)
		})
	}
}

// Who withdraws items withdraws the last ones: no copy takes an item before another has taken the
// one before.
func TestCopiesAreAskedToTakeInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var asked []int
		queue := Queue[int]{Depth: 4, Take: func(v int) bool {
			time.Sleep(time.Duration(10-v) * time.Second)
			asked = append(asked, v)
			return v%2 == 0
		}}
		run := NewRun(t.Context())
		source, out := NewSource[int](run, "source", 0)
		sink := &fakeSink{}
		out = Connect[int, int](out, "copies", queue, &fakeProcessor{}, &fakeProcessor{}, &fakeProcessor{})
		Join("sink", Queue[int]{}, sink, out)
		run.Start()
		for _, v := range count(7) {
			require.NoError(t, source.Send(t.Context(), v))
		}
		require.NoError(t, run.Close())
		assert.Equal(t, count(7), asked)
		assert.Equal(t, []int{0, 2, 4, 6}, sink.taken(0))
	})
}

// What copies flush comes after all items, although the copy that flushes first may be done before
// another has sent its last item.
func TestCopiesFlushAfterTheLastItem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var processed atomic.Int32
		l, nodes := startCopies(t, &fakeSink{}, 3, func(int) *fakeProcessor {
			return &fakeProcessor{
				process: func(_ context.Context, in int, emit Emit[int]) error {
					time.Sleep(time.Duration(10-in) * time.Second)
					processed.Add(1)
					return emit(in)
				},
				flush: func(_ context.Context, emit Emit[int]) error {
					assert.EqualValues(t, 7, processed.Load())
					return emit(100)
				},
			}
		})
		l.send(t, count(7)...)
		require.NoError(t, l.run.Close())
		assert.Equal(t, append(count(7), 100, 100, 100), l.sink.taken(0))
		for _, n := range nodes {
			assert.EqualValues(t, 1, n.flushed.Load())
			assert.EqualValues(t, 1, n.closed.Load())
		}
	})
}

func TestWaitingForATurnIsNotBusy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, _ := startCopies(t, &fakeSink{}, 2, func(int) *fakeProcessor {
			return &fakeProcessor{process: func(_ context.Context, in int, emit Emit[int]) error {
				if in == 0 {
					time.Sleep(time.Minute)
				}
				return emit(in)
			}}
		})
		l.send(t, 0, 1)
		sync := later(func() error { return l.run.Sync(t.Context()) }) // its mark waits for a turn too
		l.send(t, 2)
		assert.NoError(t, <-sync)
		require.NoError(t, l.run.Close())
		nodes, edges, _ := l.run.Stats()
		assert.Equal(t, time.Minute, nodes[0].Busy)
		assert.Equal(t, time.Minute, nodes[0].Idle, "the other copy had nothing but its turn to wait for")
		assert.Zero(t, edges[1].Blocked)
	})
}

// A copy that is ahead of the one that fails must not send what comes after the gap.
func TestNothingIsSentBehindAFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var refused error
		l, nodes := startCopies(t, &fakeSink{}, 2, func(int) *fakeProcessor {
			return &fakeProcessor{process: func(_ context.Context, in int, emit Emit[int]) error {
				switch in {
				case 1:
					time.Sleep(time.Second)
					return errBoom
				case 2:
					refused = emit(in)
					return refused
				default:
					return emit(in)
				}
			}}
		})
		l.send(t, count(3)...)
		err := l.run.Wait()
		assert.Equal(t, &NodeError{Node: "copies", Stream: 0, Err: errBoom}, err)
		assert.Equal(t, err, refused)
		assert.Equal(t, []int{0}, l.sink.taken(0))
		assert.Equal(t, []int{2}, l.contents())
		for _, n := range nodes {
			assert.Zero(t, n.flushed.Load())
			assert.EqualValues(t, 1, n.closed.Load())
		}
	})
}

// A copy that does not return leaves its inbox and its turn to nobody. The others close and free
// all the same.
func TestStuckCopyHoldsUpNobodyInAStoppedRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate := make(chan struct{})
		l, nodes := startCopies(t, &fakeSink{}, 3, func(int) *fakeProcessor {
			return &fakeProcessor{process: func(_ context.Context, in int, emit Emit[int]) error {
				if in == 0 {
					<-gate
				}
				return emit(in)
			}}
		})
		l.send(t, count(4)...) // two copies wait for their turn, and one item in the inbox
		synctest.Wait()
		l.run.cancel(errBoom)
		synctest.Wait()
		closed := 0
		for _, n := range nodes {
			closed += int(n.closed.Load())
		}
		assert.Equal(t, 2, closed)
		assert.Equal(t, []int{1, 2, 3}, l.contents())
		close(gate)
		assert.ErrorIs(t, l.run.Wait(), errBoom)
		assert.Equal(t, count(4), l.contents())
	})
}
