package pipeline

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// joinLate joins a sink to a graph that may not take it.
func (s *stageOfSinks) joinLate(sink *fakeSink, guest bool) error {
	var err error
	if guest {
		_, err = JoinRunningGuest("late", s.queue(1), Guest[int]{}, Sink[int](sink), s.out)
	} else {
		_, err = JoinRunning("late", s.queue(1), nil, Sink[int](sink), s.out)
	}
	return err
}

// A run that has stopped, is over or is being closed takes no sink, and leaves it to the caller.
func TestJoinTooLate(t *testing.T) {
	for _, guest := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			late, gate := &fakeSink{}, make(chan struct{})
			s := startStage(t, 2, &fakeSink{consume: block(gate)})
			s.send(t, 0)
			closed := later(s.run.Close)
			require.True(t, pending(closed))
			require.ErrorIs(t, s.joinLate(late, guest), ErrClosing, "being closed")
			close(gate)
			require.NoError(t, <-closed)
			require.ErrorIs(t, s.joinLate(late, guest), ErrClosing, "over")

			s = startStage(t, 2, &fakeSink{})
			require.ErrorIs(t, s.run.Abort(errBoom), errBoom)
			require.ErrorIs(t, s.joinLate(late, guest), errBoom, "stopped")
			assert.Zero(t, late.closed.Load())
		})
	}
}

// The functions that join before Start panic after it, and the other way round.
func TestJoinAtTheWrongTime(t *testing.T) {
	run := NewRun(t.Context())
	source, out := NewSource[int](run, "source", 0)
	var refs references
	assert.Panics(t, func() { _, _ = JoinRunning("late", refs.queue(1), nil, Sink[int](&fakeSink{}), out) })
	Join("sink", refs.queue(1), Sink[int](&fakeSink{}), out)
	run.Start()
	assert.Panics(t, func() { Join("late", refs.queue(1), Sink[int](&fakeSink{}), out) })
	assert.Panics(t, func() {
		_, _ = JoinRunning("late", Queue[int]{}, nil, Sink[int](&fakeSink{}), out)
	}, "its queue does not share")
	require.NoError(t, source.Send(t.Context(), 0))
	require.NoError(t, run.Close())
}

// An outlet that has finished is an input that has ended. So a sink can even join after the end of
// all streams.
func TestJoinAfterTheEndOfInputs(t *testing.T) {
	for _, guest := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			run := NewRun(t.Context())
			var refs references
			a, outA := NewSource[int](run, "source", 0)
			b, outB := NewSource[int](run, "source", 1)
			Join("sink", refs.queue(1), Sink[int](&fakeSink{}), outA, outB)
			run.Start()
			a.End()
			var ended []int
			late := &fakeSink{endInput: func(_ context.Context, input int) error {
				ended = append(ended, input)
				return nil
			}}
			join := func() (*Seat, error) {
				if guest {
					return JoinRunningGuest("late", refs.queue(1), Guest[int]{}, Sink[int](late), outA, outB)
				}
				return JoinRunning("late", refs.queue(1), nil, Sink[int](late), outA, outB)
			}
			seat, err := join()
			require.NoError(t, err)
			require.NoError(t, b.Send(t.Context(), 7))
			synctest.Wait()
			assert.Equal(t, []int{0}, ended)
			require.NoError(t, seat.Leave(t.Context()))
			assert.Equal(t, []int{0, 1}, ended)
			assert.Equal(t, []int{7}, late.taken(1))
			b.End()
			_, err = join()
			require.NoError(t, err)
			synctest.Wait()
			assert.Equal(t, []int{0, 1, 0, 1}, ended)
			require.NoError(t, run.Close())
			assert.EqualValues(t, 2, late.flushed.Load())
		})
	}
}

// A sender that waits for one sink keeps no other sink from joining, or from being stopped.
func TestJoinDoesNotWaitForSenders(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate := make(chan struct{})
		s := startStage(t, 1, &fakeSink{consume: block(gate)})
		sent := s.sendLater(t, count(30)...)
		require.True(t, pending(sent))
		late, guest := &fakeSink{}, &fakeSink{}
		seat, other := s.join(t, 1, late), s.joinGuest(t, 32, Guest[int]{}, guest)
		s.join(t, 1, &fakeSink{}).Stop(nil)
		close(gate)
		require.NoError(t, <-sent)
		require.NoError(t, seat.Leave(t.Context()))
		require.NoError(t, other.Leave(t.Context()))
		assert.Equal(t, spanOf(10, 30), late.taken(0))
		assert.Equal(t, spanOf(10, 30), guest.taken(0))
		require.NoError(t, s.run.Close())
		assert.Zero(t, s.live.Load())
	})
}

// Each input of a guest has room of its own.
func TestRoomOfEachInput(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		run, gate := NewRun(t.Context()), make(chan struct{})
		a, outA := NewSource[int](run, "source", 0)
		b, outB := NewSource[int](run, "source", 1)
		guest := &fakeSink{consume: block(gate)}
		seat := JoinGuest("guest", Queue[int]{Depth: 3}, Guest[int]{}, Sink[int](guest), outA, outB)
		run.Start()
		require.NoError(t, a.Send(t.Context(), 0))
		synctest.Wait()
		for _, v := range spanOf(1, 10) {
			require.NoError(t, a.Send(t.Context(), v))
		}
		for _, v := range count(3) {
			require.NoError(t, b.Send(t.Context(), v))
		}
		stats := seat.Stats()
		assert.Equal(t, []int64{6, 0}, []int64{stats.Edges[0].Lost, stats.Edges[1].Lost})
		assert.Equal(t, []int{6, 6}, []int{stats.Queued, stats.Depth})
		a.End() // marks are never lost, and never wait
		b.End()
		close(gate)
		require.NoError(t, run.Close())
		assert.Equal(t, count(4), guest.taken(0))
		assert.Equal(t, count(3), guest.taken(1))
	})
}

// What nobody takes is freed, also when no sink is left.
func TestItemsThatNobodyTakes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := startStage(t, 2, &fakeSink{})
		seat := s.run.seated()[0]
		s.send(t, count(3)...)
		require.NoError(t, seat.Leave(t.Context()))
		s.send(t, 3, 4, 5)
		require.NoError(t, s.run.Sync(t.Context()))
		s.source.End()
		synctest.Wait()
		assert.False(t, isClosed(s.run.Done()), "the run is not over before it is closed")
		assert.Zero(t, s.live.Load())
		require.NoError(t, s.run.Close())
	})
}

// An item that cannot be shared with a guest stops the run, as with any consumer, and is counted.
func TestItemThatCannotBeSharedWithAGuest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := startStage(t, 2, &fakeSink{})
		queue := s.queue(2)
		queue.Share = func(int) (int, error) { return 0, errBoom }
		seat, err := JoinRunningGuest("guest", queue, Guest[int]{}, Sink[int](s.freeing(&fakeSink{})), s.out)
		require.NoError(t, err)
		s.join(t, 2, &fakeSink{}) // the last one gets the item itself
		s.send(t, 0)
		require.ErrorIs(t, s.run.Wait(), errBoom)
		e := seat.Stats().Edges[0]
		assert.Equal(t, []int64{1, 1}, []int64{e.Sent, e.Freed})
		assert.Zero(t, s.live.Load())
	})
}

// Sync does not wait for a guest.
func TestSyncDoesNotWaitForAGuest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, hanging, _ := startHanging(t, false, 0)
		for range 20 { // the marks do not fill its queue
			require.NoError(t, s.run.Sync(t.Context()))
		}
		assert.Equal(t, count(5), s.sinks[0].taken(0))
		assert.Zero(t, hanging.synced.Load())
		close(hanging.gate)
		require.NoError(t, s.run.Close())
	})
}

// lateTicker is asked for its time when its first items wait already.
type lateTicker struct {
	*tickingSink
	asked chan struct{} // receives when it may answer
}

func (s *lateTicker) Due() time.Time {
	<-s.asked
	return s.tickingSink.Due()
}

// A guest that is due from the start ticks before its first item, for as long as it wants.
func TestGuestTicksFirst(t *testing.T) {
	for range 8 { // otherwise chance decides between two that are ready
		synctest.Test(t, func(t *testing.T) {
			s := startStage(t, 1, &fakeSink{})
			guest := &lateTicker{newTickingSink(), make(chan struct{})}
			guest.due = time.Now()
			guest.consume = func(context.Context, int, int) error {
				if after, _ := guest.noted(time.Now()); len(after) == 0 {
					return errBoom
				}
				return nil
			}
			guest.tick = func() error { time.Sleep(time.Hour); return nil }
			s.freeing(&guest.fakeSink)
			seat, err := JoinRunningGuest("guest", s.queue(64), Guest[int]{}, Sink[int](guest), s.out)
			require.NoError(t, err)
			start := time.Now()
			s.send(t, count(50)...)
			close(guest.asked)
			s.send(t, spanOf(50, 60)...)
			require.Zero(t, time.Since(start), "nobody waits for it")
			time.Sleep(time.Hour + time.Minute)
			require.NoError(t, seat.Leave(t.Context()))
			assert.Equal(t, count(60), guest.taken(0))
			require.NoError(t, s.run.Close())
		})
	}
}

// A sink that joined late learns of its inputs as any other.
func TestSuppliesOfALateSink(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, sources, run := startSupplied(t)
		_ = sources
		gate := make(chan struct{})
		late := &expectantSink{}
		late.consume = block(gate)
		source, out := sources[1], sources[1].out
		out.first.queue.Share = shareInt
		seat, err := JoinRunningGuest("late", Queue[int]{Depth: 2, Share: shareInt}, Guest[int]{}, Sink[int](late), out)
		require.NoError(t, err)
		require.False(t, late.supplies[0].Underway())
		require.Zero(t, late.supplies[0].FedAt())
		require.NoError(t, source.Send(t.Context(), 0))
		synctest.Wait()
		require.False(t, late.supplies[0].Underway())
		require.NoError(t, source.Send(t.Context(), 0))
		require.True(t, late.supplies[0].Underway())
		require.Equal(t, time.Minute, late.supplies[0].FedAt())
		close(gate)
		require.NoError(t, seat.Leave(t.Context()))
		require.NoError(t, run.Close())
	})
}
