package pipeline

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// stageOfSinks is a running graph of one stream that sinks join and leave: source → node → sinks.
// Its items are references that are counted.
type stageOfSinks struct {
	fork
	out *Outlet[int]
}

// startStage starts a graph with required sinks, all of its queues with the same depth.
func startStage(t *testing.T, depth int, sinks ...*fakeSink) *stageOfSinks {
	t.Helper()
	s := &stageOfSinks{fork: fork{run: NewRun(t.Context()), sinks: sinks}}
	source, out := NewSource[int](s.run, "source", 0)
	s.source, s.out = source, Connect(out, "node", s.queue(depth), Processor[int, int](&fakeProcessor{}))
	for i, sink := range sinks {
		s.joinSink(fmt.Sprintf("sink %d", i), s.queue(depth), sink, s.out)
	}
	s.run.Start()
	t.Cleanup(func() { _ = s.run.Abort(nil) })
	return s
}

// join adds a sink that begins with a multiple of ten.
func (s *stageOfSinks) join(t *testing.T, depth int, sink *fakeSink) *Seat {
	t.Helper()
	seat, err := JoinRunning("late", s.queue(depth), tens, Sink[int](s.freeing(sink)), s.out)
	require.NoError(t, err)
	return seat
}

// joinGuest does the same for a guest.
func (s *stageOfSinks) joinGuest(t *testing.T, depth int, guest Guest[int], sink *fakeSink) *Seat {
	t.Helper()
	guest.Begins = tens
	seat, err := JoinRunningGuest("guest", s.queue(depth), guest, Sink[int](s.freeing(sink)), s.out)
	require.NoError(t, err)
	return seat
}

func tens(_, v int) bool { return v%10 == 0 }

func spanOf(from, to int) (vs []int) {
	for v := from; v < to; v++ {
		vs = append(vs, v)
	}
	return vs
}

// A sink that joins a running graph begins with an item with which it can begin, leaves behind all
// that was sent, and the others go on.
func TestJoinAndLeaveARunningGraph(t *testing.T) {
	for _, kind := range []string{"required", "guest"} {
		t.Run(kind, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := startStage(t, 2, &fakeSink{})
				s.send(t, count(5)...)
				late := &fakeSink{}
				var seat *Seat
				if kind == "guest" {
					seat = s.joinGuest(t, 64, Guest[int]{}, late)
				} else {
					seat = s.join(t, 2, late)
				}
				s.send(t, 5, 6, 7, 8, 9, 10, 11, 12)
				require.NoError(t, seat.Leave(t.Context()))
				assert.Equal(t, []int{10, 11, 12}, late.taken(0))
				assert.EqualValues(t, 1, late.flushed.Load())
				assert.EqualValues(t, 1, late.closed.Load())
				require.NoError(t, seat.Leave(t.Context()), "the same result")
				require.NoError(t, seat.Err())
				s.send(t, 13, 14)
				nodes, edges, _ := s.run.Stats()
				assert.Len(t, nodes, 2)
				assert.Len(t, edges, 2)
				stats := seat.Stats()
				assert.EqualValues(t, 3, stats.Node.In)
				assert.EqualValues(t, 3, stats.Edges[0].Sent)
				require.NoError(t, s.run.Close())
				assert.Equal(t, count(15), s.sinks[0].taken(0))
				assert.Len(t, late.taken(0), 3)
				assert.Zero(t, s.live.Load())
			})
		})
	}
}

// A guest that has no room loses items, up to one with which it can begin, and holds nobody up.
func TestGuestLosesItems(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := startStage(t, 2, &fakeSink{})
		gate := make(chan struct{})
		slow := &fakeSink{consume: block(gate)}
		var said []string
		guest := Guest[int]{
			OnLosing: func(input int) { said = append(said, fmt.Sprint("losing ", input)) },
			OnKept:   func(input int, lost int64) { said = append(said, fmt.Sprint("kept ", input, " after ", lost)) },
			Wants:    func(input int) { said = append(said, fmt.Sprint("wants ", input)) },
		}
		seat := s.joinGuest(t, 3, guest, slow)
		s.send(t, count(1)...)
		synctest.Wait()
		s.send(t, spanOf(1, 12)...) // three wait, the others are lost: also 10, for which there is no room
		synctest.Wait()
		stats := seat.Stats()
		assert.Equal(t, []any{int64(8), true, 3, 3}, []any{stats.Lost, stats.Losing, stats.Queued, stats.Depth})
		close(gate)
		synctest.Wait()
		for _, v := range spanOf(12, 25) {
			s.send(t, v)
			synctest.Wait()
		}
		assert.Equal(t, append(count(4), spanOf(20, 25)...), slow.taken(0))
		want := []string{"losing 0"}
		for range 8 {
			want = append(want, "wants 0")
		}
		assert.Equal(t, append(want, "kept 0 after 16"), said)
		s.requireLaw(t)
		require.NoError(t, s.run.Close())
		assert.Equal(t, count(25), s.sinks[0].taken(0))
		assert.Zero(t, s.live.Load())
		assert.EqualValues(t, 1, slow.flushed.Load())
		require.NoError(t, seat.Err())
		assert.EqualValues(t, 16, seat.Stats().Lost)
	})
}

// A guest that fails leaves the graph, and the run goes on without a trace of it.
func TestGuestFailsAlone(t *testing.T) {
	fails := map[string]*fakeSink{
		"consume": {consume: func(context.Context, int, int) error { return errBoom }},
		"panic":   {consume: func(context.Context, int, int) error { panic(errBoom) }},
		"flush":   {flush: func(context.Context) error { return errBoom }},
		"close":   {close: func() { panic(errBoom) }},
	}
	for name, sink := range fails {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := startStage(t, 2, &fakeSink{})
				seat := s.joinGuest(t, 4, Guest[int]{}, sink)
				s.send(t, count(20)...)
				if name == "flush" || name == "close" {
					require.ErrorIs(t, seat.Leave(t.Context()), errBoom)
				}
				<-seat.Done()
				var node *NodeError
				require.ErrorAs(t, seat.Err(), &node)
				assert.Equal(t, "guest", node.Node)
				require.ErrorIs(t, node, errBoom)
				s.send(t, spanOf(20, 30)...)
				require.NoError(t, s.run.Close())
				assert.Equal(t, count(30), s.sinks[0].taken(0))
				assert.EqualValues(t, 1, sink.closed.Load())
				assert.Zero(t, s.live.Load())
			})
		})
	}
}

// Close gives a guest a second after the required sinks are done. Then it is left behind.
func TestCloseLeavesAGuestBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := startStage(t, 2, &fakeSink{})
		gate := make(chan struct{})
		stuck := &fakeSink{flush: func(context.Context) error { <-gate; return nil }}
		seat := s.joinGuest(t, 4, Guest[int]{}, stuck)
		s.send(t, count(3)...)
		start := time.Now()
		require.NoError(t, s.run.Close())
		assert.Equal(t, guestPatience+abandonLateAfter, time.Since(start))
		_, _, abandoned := s.run.Stats()
		assert.Equal(t, 1, abandoned)
		require.ErrorIs(t, seat.Err(), errLate)
		assert.Zero(t, stuck.closed.Load())
		close(gate)
		synctest.Wait()
		assert.EqualValues(t, 1, stuck.closed.Load())
		assert.Zero(t, s.live.Load())
	})
}

// Sync does not wait for a required sink that leaves, even if that sink is in a call that takes
// long.
func TestSyncBesideASinkThatLeaves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := startStage(t, 2, &fakeSink{})
		gate := make(chan struct{})
		slow := &fakeSink{consume: block(gate)}
		seat := s.join(t, 2, slow)
		s.send(t, 0)
		synctest.Wait()
		before := later(func() error { return s.run.Sync(t.Context()) })
		require.True(t, pending(before), "it is still required")
		left := later(func() error { return seat.Leave(t.Context()) })
		synctest.Wait()
		require.NoError(t, s.run.Sync(t.Context()))
		require.NoError(t, <-before)
		require.True(t, pending(left))
		close(gate)
		require.NoError(t, <-left)
		assert.Equal(t, []int{0}, slow.taken(0))
		require.NoError(t, s.run.Close())
	})
}
