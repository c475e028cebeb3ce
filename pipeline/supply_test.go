package pipeline

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// expectantSink only learns how its inputs are fed.
type expectantSink struct {
	fakeSink
	supplies []*Supply
}

func (s *expectantSink) Expect(supplies []*Supply) { s.supplies = supplies }

// startSupplied starts two sources of a stream each, both into one sink. The first goes through a
// node that works for as many milliseconds as it is told.
func startSupplied(t *testing.T) (s *expectantSink, sources [2]*Source[int], run *Run) {
	t.Helper()
	run = NewRun(t.Context())
	work := &fakeProcessor{process: func(_ context.Context, ms int, _ Emit[int]) error {
		time.Sleep(time.Duration(ms) * time.Millisecond)
		return nil
	}}
	first, a := NewSource[int](run, "first", 3)
	second, b := NewSource[int](run, "second", 5)
	s = &expectantSink{}
	Join("sink", Queue[int]{}, Sink[int](s), Connect(a, "node", Queue[int]{Depth: 1}, Processor[int, int](work)), b)
	run.Start()
	t.Cleanup(func() { _ = run.Abort(nil) })
	time.Sleep(time.Minute)
	return s, [2]*Source[int]{first, second}, run
}

func TestSupplyKnowsWhenItWasFed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sink, sources, _ := startSupplied(t)
		time.Sleep(time.Second)
		require.Zero(t, sink.supplies[0].FedAt())
		require.Equal(t, 62*time.Second, sink.supplies[0].SilentAt(time.Minute, 2*time.Second), "never fed: from then on")
		require.NoError(t, sources[0].Send(t.Context(), 0))
		time.Sleep(time.Second)
		require.Equal(t, 61*time.Second, sink.supplies[0].FedAt())
		require.Zero(t, sink.supplies[1].FedAt())
		require.Equal(t, 62*time.Second, sink.supplies[0].Age())
		require.Equal(t, 61200*time.Millisecond, sink.supplies[0].SilentAt(0, 200*time.Millisecond))
		require.Equal(t, 71*time.Second, sink.supplies[0].SilentAt(0, 10*time.Second))
	})
}

func TestSupplyIsUnderway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sink, sources, run := startSupplied(t)
		require.False(t, sink.supplies[0].Underway())
		require.NoError(t, sources[0].Send(t.Context(), 1000))
		time.Sleep(500 * time.Millisecond)
		require.True(t, sink.supplies[0].Underway())
		require.False(t, sink.supplies[1].Underway())
		time.Sleep(time.Second)
		require.False(t, sink.supplies[0].Underway())
		sources[1].End()
		require.True(t, sink.supplies[1].Underway(), "its end is still to come, as far as a sink can tell")
		require.NoError(t, run.Close())
	})
}

// TestOneLongCallMakesNoOtherStreamSilent: who is inside it cannot feed the other stream, however
// slow the node is.
func TestOneLongCallMakesNoOtherStreamSilent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sink, sources, _ := startSupplied(t)
		const patience = 500 * time.Millisecond
		silentAfter := func() time.Duration { return sink.supplies[1].SilentAt(0, patience) - sink.supplies[1].FedAt() }
		require.NoError(t, sources[1].Send(t.Context(), 0))
		call := func(batch int) {
			sources[0].BeginCall()
			defer sources[0].EndCall()
			for range batch {
				require.NoError(t, sources[0].Send(t.Context(), 100))
			}
		}
		done := later(func() error { call(22); return nil }) // 20 wait for room
		time.Sleep(1500 * time.Millisecond)
		require.Equal(t, 1500*time.Millisecond+patience, silentAfter(), "under way")
		require.NoError(t, <-done)
		require.Equal(t, 2*time.Second+patience, silentAfter(), "over")
		time.Sleep(patience + time.Millisecond)
		require.Equal(t, 2*time.Second+patience, silentAfter(), "only its own length")
		require.NoError(t, sources[1].Send(t.Context(), 0))
		time.Sleep(time.Second)
		require.Equal(t, patience, silentAfter(), "a call of before it was fed does not count")

		require.NoError(t, sources[1].Send(t.Context(), 0))
		for range 10 { // calls of a tenth of a second
			call(1)
		}
		time.Sleep(time.Second)
		require.InDelta(t, patience+100*time.Millisecond, silentAfter(), float64(time.Millisecond),
			"of several, the longest alone")
	})
}

func TestACallOfItsOwnDoesNotCount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sink, sources, _ := startSupplied(t)
		sources[0].BeginCall()
		require.NoError(t, sources[0].Send(t.Context(), 0))
		time.Sleep(time.Second)
		require.Equal(t, time.Second/2, sink.supplies[0].SilentAt(0, time.Second/2)-sink.supplies[0].FedAt())
		require.Equal(t, 3*time.Second/2, sink.supplies[1].SilentAt(time.Minute, time.Second/2)-time.Minute)
	})
}
