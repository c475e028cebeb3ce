package pipeline

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// roomLine is a graph of one stream with a room: source → convert (→ rate) → encode → sink.
type roomLine struct {
	bin
	run    *Run
	source *Source[int]
	room   *Room
	sink   *fakeSink
}

// startRoomLine starts a line whose room and queues have the same depth. rate may be nil.
func startRoomLine(t *testing.T, depth, converters int, rate, encode *fakeProcessor) *roomLine {
	t.Helper()
	l := &roomLine{run: NewRun(t.Context()), room: NewRoom(depth), sink: new(fakeSink)}
	source, out := NewSource[int](l.run, "source", 0)
	l.source = source
	q := Queue[int]{Depth: depth, Free: l.free, Room: l.room}
	copies := make([]Processor[int, int], converters)
	for i := range copies {
		copies[i] = new(fakeProcessor)
	}
	out = Connect(out, "convert", q, copies...)
	if rate != nil {
		out = Connect(out, "rate", q, Recount(l.room, Processor[int, int](rate)))
	}
	q.LeavesRoom = true
	packets := Connect(out, "encode", q, Processor[int, int](encode))
	Join("sink", Queue[int]{Depth: depth, Free: l.free}, Sink[int](l.sink), packets)
	l.run.Start()
	t.Cleanup(func() { _ = l.run.Abort(nil) })
	return l
}

// offer sends v if the room has a place.
func (l *roomLine) offer(t *testing.T, v int) (accepted bool) {
	t.Helper()
	if !l.room.Enter() {
		l.source.Dropped()
		return false
	}
	assert.NoError(t, l.source.Send(t.Context(), v))
	return true
}

// isEmpty asserts that every place has been given back, exactly once.
func (r *Room) isEmpty(t *testing.T) {
	t.Helper()
	assert.Zero(t, r.taken.Load(), "places")
	assert.Empty(t, r.mark, "marks")
}

// gated returns an encoder that works on an item only after a value has come through the gate.
func gated(gate <-chan struct{}) *fakeProcessor {
	return &fakeProcessor{process: func(ctx context.Context, v int, emit Emit[int]) error {
		select {
		case <-gate:
			return emit(v)
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}}
}

func TestRoomTakesExactlyAsManyItemsAsItHasPlaces(t *testing.T) {
	for depth := 1; depth <= 4; depth++ {
		for converters := 1; converters <= 3; converters++ {
			t.Run(fmt.Sprintf("depth=%d/converters=%d", depth, converters), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					gate := make(chan struct{})
					l := startRoomLine(t, depth, converters, nil, gated(gate))
					require.True(t, l.offer(t, 0))
					synctest.Wait() // the encoder has taken it
					for v := 1; v <= depth; v++ {
						assert.True(t, l.offer(t, v), v)
					}
					synctest.Wait()
					assert.False(t, l.offer(t, 100))
					gate <- struct{}{} // the encoder takes another one
					synctest.Wait()
					assert.True(t, l.offer(t, depth+1))
					assert.False(t, l.offer(t, 101))
					close(gate)
					require.NoError(t, l.run.Close())
					assert.Equal(t, count(depth+2), l.sink.taken(0))
					l.room.isEmpty(t)
				})
			})
		}
	}
}

// Marks must not take the places of items in the queues: behind an encoder that stands still, the
// marks of many calls of Sync would fill them.
func TestMarksDoNotFillARoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate := make(chan struct{})
		l := startRoomLine(t, 2, 1, nil, gated(gate))
		require.True(t, l.offer(t, 0))
		synctest.Wait()
		for range 20 {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			require.ErrorIs(t, l.run.Sync(ctx), context.DeadlineExceeded)
			cancel()
		}
		synced := later(func() error { return l.run.Sync(t.Context()) })
		synctest.Wait()
		for v := 1; v <= 2; v++ {
			require.True(t, l.offer(t, v))
		}
		synctest.Wait()
		nodes, edges, _ := l.run.Stats()
		assert.EqualValues(t, 3, nodes[0].Out, "what convert has passed on")
		assert.Equal(t, 2, edges[1].Queued)
		assert.Equal(t, 2, edges[1].Depth)
		close(gate)
		require.NoError(t, <-synced)
		require.NoError(t, l.run.Close())
		l.room.isEmpty(t)
	})
}

// End must not wait for a mark of another call that waits for its turn in the room.
func TestEndDoesNotWaitForAMarkThatWaitsForTheRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate := make(chan struct{})
		l := startRoomLine(t, 1, 1, nil, gated(gate))
		require.True(t, l.offer(t, 0))
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		require.Error(t, l.run.Sync(ctx)) // its mark stays in the room
		synced := later(func() error { return l.run.Sync(t.Context()) })
		require.True(t, pending(synced))
		ended := later(func() error { l.source.End(); return nil })
		require.False(t, pending(ended))
		close(gate)
		require.NoError(t, <-synced)
		require.NoError(t, l.run.Close())
		l.room.isEmpty(t)
	})
}

// A node that keeps one item for later, and repeats it many times, does not keep a room of one
// place full, and the nodes before it never wait.
func TestRecountCountsWhatANodeEmits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate, kept := make(chan struct{}), -1
		rate := &fakeProcessor{process: func(_ context.Context, v int, emit Emit[int]) error {
			previous := kept
			kept = v
			for range 5 * min(previous+1, 1) { // five times the one before; the first has none
				if err := emit(previous); err != nil {
					return err
				}
			}
			return nil
		}}
		l := startRoomLine(t, 1, 1, rate, gated(gate))
		for v := range 2 { // the first is kept, the second makes five of the first
			require.True(t, l.offer(t, v), v)
			synctest.Wait()
		}
		assert.False(t, l.offer(t, 100), "repeats wait")
		for range 4 {
			assert.False(t, l.offer(t, 101))
			gate <- struct{}{}
			synctest.Wait()
		}
		require.True(t, l.offer(t, 2), "nothing waits")
		close(gate)
		require.NoError(t, l.run.Close())
		assert.Equal(t, []int{0, 0, 0, 0, 0, 1, 1, 1, 1, 1}, l.sink.taken(0))
		l.room.isEmpty(t)
	})
}

func TestRoomIsLeftByItemsThatAreNotAccepted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := startRoomLine(t, 2, 1, nil, new(fakeProcessor))
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(errBoom)
		require.True(t, l.room.Enter())
		require.ErrorIs(t, l.source.Send(ctx, 1), errBoom)
		l.room.isEmpty(t)
		l.source.End()
		require.True(t, l.room.Enter())
		require.ErrorIs(t, l.source.Send(t.Context(), 2), ErrEnded)
		l.room.isEmpty(t)
		require.NoError(t, l.run.Close())
		assert.Equal(t, []int{1, 2}, l.contents())
	})
}

// TestRoomAtRandom offers items at random times to an encoder that takes random times, with calls
// of Sync beside it. No offer may take any time, and all places must be free in the end.
func TestRoomAtRandom(t *testing.T) {
	for seed := range *seeds / 4 {
		t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { testRoomAtRandom(t, rand.New(rand.NewPCG(seed, 5))) })
		})
	}
}

func testRoomAtRandom(t *testing.T, rng *rand.Rand) {
	slow := rand.New(rand.NewPCG(rng.Uint64(), 6))
	encode := &fakeProcessor{process: func(_ context.Context, v int, emit Emit[int]) error {
		time.Sleep(time.Duration(slow.IntN(300)) * time.Microsecond)
		return emit(v)
	}}
	var rate *fakeProcessor
	if rng.IntN(2) == 0 {
		rate = &fakeProcessor{process: func(_ context.Context, v int, emit Emit[int]) error {
			for range v % 4 {
				if err := emit(v); err != nil {
					return err
				}
			}
			return nil
		}}
	}
	l := startRoomLine(t, 1+rng.IntN(4), 1+rng.IntN(3), rate, encode)
	var syncers sync.WaitGroup
	for range rng.IntN(4) {
		pause := time.Duration(1+rng.IntN(200)) * time.Microsecond
		syncers.Go(func() {
			for range 10 {
				ctx, cancel := context.WithTimeout(t.Context(), pause)
				_ = l.run.Sync(ctx) // in time or not
				cancel()
			}
		})
	}
	var want []int
	for v := range 60 {
		before := time.Now()
		accepted := l.offer(t, v)
		synctest.Wait()
		nodes, _, _ := l.run.Stats()
		assert.Equal(t, before, time.Now())
		assert.Equal(t, nodes[0].In, nodes[0].Out, "convert has passed on what it has taken")
		if accepted && rate == nil {
			want = append(want, v)
		}
		time.Sleep(time.Duration(rng.IntN(200)) * time.Microsecond)
	}
	require.NoError(t, l.run.Close())
	syncers.Wait()
	if rate == nil {
		assert.Equal(t, want, l.sink.taken(0))
	}
	l.room.isEmpty(t)
}
