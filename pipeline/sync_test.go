package pipeline

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// remember notes what the sink had got each time it synced.
func remember(sink *fakeSink) *[][]int {
	var synced [][]int
	sink.sync = func(context.Context) error {
		synced = append(synced, sink.taken(0))
		return nil
	}
	return &synced
}

func TestSyncBringsWhatWasSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sink := &fakeSink{}
		synced := remember(sink)
		var held []int
		holdsBackOne := &fakeProcessor{
			process: func(_ context.Context, in int, emit Emit[int]) error {
				time.Sleep(time.Second)
				held = append(held, in)
				if len(held) == 1 {
					return nil
				}
				out := held[0]
				held = held[1:]
				return emit(out)
			},
			flush: func(_ context.Context, emit Emit[int]) error { return emit(held[0]) },
		}
		l := startLine(t, 3, sink, &fakeProcessor{}, holdsBackOne)
		l.send(t, count(5)...)
		require.NoError(t, l.run.Sync(t.Context()))
		require.Len(t, *synced, 1)
		assert.Equal(t, count(4), (*synced)[0])
		l.send(t, 5)
		require.NoError(t, l.run.Sync(t.Context()))
		assert.Equal(t, count(5), (*synced)[1])
		require.NoError(t, l.run.Close())
		assert.Equal(t, count(6), sink.taken(0))
		nodes, edges, _ := l.run.Stats()
		assert.EqualValues(t, 6, nodes[2].In, "marks are no items")
		assert.EqualValues(t, 6, edges[0].Sent)
	})
}

// A mark may not overtake what slower copies have still in hand.
func TestSyncThroughCopies(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sink := &fakeSink{}
		synced := remember(sink)
		l, _ := startCopies(t, sink, 4, func(int) *fakeProcessor {
			return &fakeProcessor{process: func(_ context.Context, in int, emit Emit[int]) error {
				time.Sleep(time.Duration(10-in) * time.Second)
				return emit(in)
			}}
		})
		l.send(t, count(3)...)
		require.NoError(t, l.run.Sync(t.Context()))
		assert.Equal(t, [][]int{count(3)}, *synced)
	})
}

func TestMarksAreNoWork(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sink := &fakeSink{consume: func(context.Context, int, int) error { time.Sleep(time.Minute); return nil }}
		twice := &fakeProcessor{process: func(_ context.Context, in int, emit Emit[int]) error {
			time.Sleep(time.Second)
			return errors.Join(emit(in), emit(in))
		}}
		l := startLine(t, 1, sink, twice)
		l.send(t, 0)
		start := time.Now()
		require.NoError(t, l.run.Sync(t.Context())) // its mark waits a minute for room before the sink
		assert.Equal(t, time.Second+2*time.Minute, time.Since(start))
		require.NoError(t, l.run.Close())
		nodes, edges, _ := l.run.Stats()
		assert.Equal(t, []NodeStats{
			{Name: "a", Copies: 1, In: 1, Out: 2, Busy: time.Second, Blocked: time.Minute, Idle: time.Minute},
			{Name: "sink", Stream: NoStream, Copies: 1, In: 2, Busy: 2 * time.Minute, Idle: time.Second},
		}, nodes)
		assert.Equal(t, EdgeStats{From: "a", To: "sink", Sent: 2, Received: 2, Depth: 1}, edges[1])
	})
}

// plainSink hides that a sink can sync.
type plainSink struct{ Sink[int] }

func TestSyncOfASinkThatCannot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		run := NewRun(t.Context())
		source, out := NewSource[int](run, "source", 0)
		sink := &fakeSink{consume: func(context.Context, int, int) error { time.Sleep(time.Second); return nil }}
		Join("sink", Queue[int]{Depth: 5}, plainSink{sink}, out)
		run.Start()
		for _, v := range count(3) {
			require.NoError(t, source.Send(t.Context(), v))
		}
		require.NoError(t, run.Sync(t.Context()))
		assert.Equal(t, count(3), sink.taken(0), "it is a barrier all the same")
		assert.Zero(t, sink.synced.Load())
		assert.NoError(t, run.Close())
	})
}

// forked is a run with two streams, which go into one sink or into two.
func forked(t *testing.T, slow Processor[int, int], join func(a, b *Outlet[int])) (run *Run, a, b *Source[int]) {
	run = NewRun(t.Context())
	a, outA := NewSource[int](run, "source", 0)
	b, outB := NewSource[int](run, "source", 1)
	join(outA, Connect(outB, "slow", Queue[int]{Depth: 3}, slow))
	run.Start()
	t.Cleanup(func() { _ = run.Abort(nil) })
	return run, a, b
}

func TestSyncOfSeveralInputs(t *testing.T) {
	slow := func() *fakeProcessor {
		return &fakeProcessor{process: func(_ context.Context, in int, emit Emit[int]) error {
			time.Sleep(time.Minute)
			return emit(in)
		}}
	}
	t.Run("one sink waits for the slowest input", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			sink := &fakeSink{}
			run, a, b := forked(t, slow(), func(a, b *Outlet[int]) { Join("sink", Queue[int]{}, sink, a, b) })
			start := time.Now()
			require.NoError(t, a.Send(t.Context(), 1))
			require.NoError(t, b.Send(t.Context(), 2))
			require.NoError(t, run.Sync(t.Context()))
			assert.Equal(t, time.Minute, time.Since(start))
			assert.Equal(t, []int{2}, sink.taken(1))
			assert.EqualValues(t, 1, sink.synced.Load())
		})
	})
	t.Run("all sinks sync", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			var sinks [2]fakeSink
			run, _, b := forked(t, slow(), func(a, b *Outlet[int]) {
				Join("x", Queue[int]{}, &sinks[0], a)
				Join("y", Queue[int]{}, &sinks[1], b)
			})
			require.NoError(t, b.Send(t.Context(), 2))
			require.NoError(t, run.Sync(t.Context()))
			assert.EqualValues(t, 1, sinks[0].synced.Load())
			assert.EqualValues(t, 1, sinks[1].synced.Load())
			assert.Equal(t, []int{2}, sinks[1].taken(0))
		})
	})
	t.Run("an input that ends needs no mark", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			sink := &fakeSink{}
			run, a, b := forked(t, slow(), func(a, b *Outlet[int]) { Join("sink", Queue[int]{}, sink, a, b) })
			require.NoError(t, b.Send(t.Context(), 2))
			b.End() // its end comes after the mark of a
			require.NoError(t, run.Sync(t.Context()))
			assert.Equal(t, []int{2}, sink.taken(1))
			a.End()
			synctest.Wait()
			require.NoError(t, run.Sync(t.Context()), "all inputs have ended, and the run is not closed yet")
			assert.EqualValues(t, 2, sink.synced.Load())
			assert.NoError(t, run.Close())
		})
	})
}

func TestConcurrentSyncs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := startLine(t, 1, &fakeSink{}, &fakeProcessor{})
		var calls sync.WaitGroup
		for i := range 10 {
			calls.Go(func() {
				for j := range 10 {
					l.send(t, i*10+j)
					assert.NoError(t, l.run.Sync(t.Context()))
					assert.Contains(t, l.sink.taken(0), i*10+j)
				}
			})
		}
		calls.Wait()
		assert.NoError(t, l.run.Close())
		assert.LessOrEqual(t, l.sink.synced.Load(), int32(100))
	})
}

// Wherever a call waits, it ends with its context, and when the run stops.
func TestSyncThatCannotComplete(t *testing.T) {
	waits := map[string]func(t *testing.T, l *line) (release func()){
		"for the sink": func(t *testing.T, l *line) func() {
			return func() {}
		},
		"for room": func(t *testing.T, l *line) func() {
			l.send(t, 1, 2, 3) // the sink has one in hand, so the requests of Sync wait as well
			return func() {}
		},
		"for another call": func(t *testing.T, l *line) func() {
			ctx, cancel := context.WithCancel(t.Context())
			first := later(func() error { return l.run.Sync(ctx) })
			synctest.Wait()
			return func() { cancel(); <-first }
		},
	}
	ends := map[string]struct {
		end  func(l *line, cancel context.CancelCauseFunc)
		want error
	}{
		"context": {func(_ *line, cancel context.CancelCauseFunc) { cancel(errBoom) }, errBoom},
		"abort":   {func(l *line, _ context.CancelCauseFunc) { l.run.cancel(ErrAborted) }, ErrAborted},
	}
	for where, wait := range waits {
		for what, end := range ends {
			t.Run(where+"/"+what, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					gate := make(chan struct{})
					l := startLine(t, 1, &fakeSink{consume: block(gate)}, &fakeProcessor{})
					l.send(t, 0)
					synctest.Wait()
					release := wait(t, l)
					ctx, cancel := context.WithCancelCause(t.Context())
					result := later(func() error { return l.run.Sync(ctx) })
					assert.True(t, pending(result))
					end.end(l, cancel)
					synctest.Wait()
					assert.ErrorIs(t, <-result, end.want)
					release()
					close(gate)
					_ = l.run.Abort(nil)
					assert.Zero(t, l.sink.synced.Load())
				})
			})
		}
	}
}

// A call may end while its mark waits for room, and while it is under way.
func TestSyncThatIsGivenUp(t *testing.T) {
	for name, items := range map[string]int{"before its mark is sent": 2, "after its mark is sent": 1} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				gate := make(chan struct{})
				node := &fakeProcessor{process: func(_ context.Context, in int, emit Emit[int]) error {
					<-gate
					return emit(in)
				}}
				l := startLine(t, 1, &fakeSink{}, node)
				l.send(t, count(items)...)
				ctx, cancel := context.WithCancelCause(t.Context())
				result := later(func() error { return l.run.Sync(ctx) })
				assert.True(t, pending(result))
				cancel(errBoom)
				assert.ErrorIs(t, <-result, errBoom)
				close(gate)
				assert.NoError(t, l.run.Sync(t.Context()), "a later mark does the work of one that was given up")
				assert.Equal(t, count(items), l.sink.taken(0))
				assert.NoError(t, l.run.Close())
			})
		})
	}
}

// Close while a Sync waits: the ends of the inputs complete it.
func TestSyncDuringClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate := make(chan struct{})
		l := startLine(t, 1, &fakeSink{consume: block(gate)})
		l.send(t, 0, 1)
		synced := later(func() error { return l.run.Sync(t.Context()) })
		synctest.Wait()
		closed := later(l.run.Close)
		assert.True(t, pending(synced))
		close(gate)
		assert.NoError(t, <-synced)
		assert.NoError(t, <-closed)
		assert.Equal(t, count(2), l.sink.taken(0))
	})
}

func TestSyncFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sink := &fakeSink{sync: func(context.Context) error { return errBoom }}
		l := startLine(t, 1, sink)
		l.send(t, 0)
		err := l.run.Sync(t.Context())
		assert.Equal(t, &NodeError{Node: "sink", Stream: NoStream, Err: errBoom}, err)
		assert.Equal(t, err, l.run.Close())
		assert.Equal(t, err, l.run.Sync(t.Context()))
		assert.EqualValues(t, 1, sink.synced.Load(), "a sink that failed is only closed")
		assert.Zero(t, sink.flushed.Load())
	})
}

// At the end of its inputs a sink may find several things to do at once: requests to sync, the end
// of the run, and its stop. A stop goes before all else, whatever select finds first. (So this runs
// a few times.)
func TestSinkDoesNothingMoreOnceStopped(t *testing.T) {
	for range 20 {
		synctest.Test(t, func(t *testing.T) {
			ending, syncing := make(chan struct{}), make(chan struct{})
			l := startLine(t, 1, &fakeSink{
				endInput: func(context.Context, int) error { <-ending; return nil },
				sync:     func(context.Context) error { <-syncing; return errBoom },
			})
			l.source.End()
			first := later(func() error { return l.run.Sync(t.Context()) })
			synctest.Wait()
			close(ending)
			synctest.Wait()
			second := later(func() error { return l.run.Sync(t.Context()) })
			closed := later(l.run.Close)
			synctest.Wait()
			close(syncing)
			assert.ErrorIs(t, <-closed, errBoom)
			assert.ErrorIs(t, <-first, errBoom)
			assert.ErrorIs(t, <-second, errBoom)
			assert.EqualValues(t, 1, l.sink.synced.Load())
			assert.Zero(t, l.sink.flushed.Load())
		})
	}
}

func TestSinkDoesNotFinishOnceStopped(t *testing.T) {
	for range 20 {
		synctest.Test(t, func(t *testing.T) {
			syncing := make(chan struct{})
			l := startLine(t, 1, &fakeSink{sync: func(context.Context) error { <-syncing; return nil }})
			l.source.End()
			synced := later(func() error { return l.run.Sync(t.Context()) })
			synctest.Wait()
			closed := later(l.run.Close)
			synctest.Wait()
			l.run.cancel(errBoom)
			close(syncing)
			assert.ErrorIs(t, <-closed, errBoom)
			<-synced // with either result
			assert.Zero(t, l.sink.flushed.Load())
		})
	}
}
