package pipeline

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// hangingSink stays in Consume until it is released or, if it can be woken, woken.
type hangingSink struct {
	fakeSink
	gate chan struct{}
	once bool // wakes when it is asked
	wake atomic.Int32
}

func newHangingSink(wakes bool) *hangingSink {
	s := &hangingSink{gate: make(chan struct{}), once: wakes}
	s.consume = block(s.gate)
	return s
}

func (s *hangingSink) Wake() {
	s.wake.Add(1)
	if s.once {
		close(s.gate)
	}
}

// startHanging starts a graph with a guest that hangs in a call, and with items that wait for it.
func startHanging(t *testing.T, wakes bool, timeout time.Duration) (*stageOfSinks, *hangingSink, *Seat) {
	t.Helper()
	s := &stageOfSinks{fork: fork{run: NewRun(t.Context()), sinks: []*fakeSink{{}}}}
	source, out := NewSource[int](s.run, "source", 0)
	s.source, s.out = source, out
	s.joinSink("sink", s.queue(2), s.sinks[0], out)
	hanging := newHangingSink(wakes)
	s.freeing(&hanging.fakeSink)
	seat := JoinGuest("guest", s.queue(2), Guest[int]{}, Sink[int](hanging), out)
	s.run.FailStalls(timeout)
	s.run.Start()
	t.Cleanup(func() { _ = s.run.Abort(nil) })
	s.send(t, 0)
	synctest.Wait()
	s.send(t, 1, 2, 3, 4)
	return s, hanging, seat
}

// However a guest that hangs is ended, it is woken, or left behind, within the time for that, and
// the run does not notice.
func TestGuestThatHangs(t *testing.T) {
	ends := map[string]struct {
		timeout, woken, behind time.Duration
		end                    func(s *Seat)
		err                    error
	}{
		"stall": {time.Second, time.Second + wakeAfter, time.Second + wakeAfter + abandonAfter, func(*Seat) {}, nil},
		"stop":  {0, wakeAfter, wakeAfter + abandonAfter, func(s *Seat) { s.Stop(errBoom) }, errBoom},
		"leave": {
			0, guestPatience, guestPatience + abandonLateAfter,
			func(s *Seat) { go func() { _ = s.Leave(context.Background()) }() }, errLate,
		},
	}
	for name, test := range ends {
		for _, wakes := range []bool{true, false} {
			t.Run(name+map[bool]string{true: " and wakes", false: " for ever"}[wakes], func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					s, hanging, seat := startHanging(t, wakes, test.timeout)
					start := time.Now()
					test.end(seat)
					<-seat.Done()
					want := test.behind
					if wakes {
						want = test.woken
					}
					assert.InDelta(t, want, time.Since(start), float64(200*time.Millisecond))
					var stall *StallError
					if test.err != nil {
						require.ErrorIs(t, seat.Err(), test.err)
					} else {
						require.ErrorAs(t, seat.Err(), &stall)
					}
					assert.EqualValues(t, 1, hanging.wake.Load())
					assert.Equal(t, []int{1, 2}, s.contents(), "what waits is freed; nothing was shared for what was lost")
					_, edges, abandoned := s.run.Stats()
					assert.Len(t, edges, 1)
					assert.Equal(t, map[bool]int{true: 0, false: 1}[wakes], abandoned)
					assert.Equal(t, map[bool]int32{true: 1, false: 0}[wakes], hanging.closed.Load())
					s.send(t, 5, 6)
					require.NoError(t, s.run.Close(), "and Close does not wait for it")
					assert.Equal(t, count(7), s.sinks[0].taken(0))
					if !wakes {
						close(hanging.gate)
						synctest.Wait()
						assert.EqualValues(t, 1, hanging.closed.Load(), "closed when it returns after all")
					}
					assert.Zero(t, hanging.flushed.Load())
					assert.Zero(t, s.live.Load())
				})
			})
		}
	}
}

// A required sink that hangs can be stopped alone too: its senders go on at once.
func TestStopFreesSenders(t *testing.T) {
	for _, others := range []int{0, 1, 2, 5} {
		synctest.Test(t, func(t *testing.T) {
			gate := make(chan struct{})
			defer close(gate)
			sinks := make([]*fakeSink, others)
			for i := range sinks {
				sinks[i] = &fakeSink{consume: block(gate)}
			}
			s := startStage(t, 1, append(sinks, &fakeSink{})...)
			seat := s.join(t, 1, &fakeSink{consume: block(gate)})
			sent := s.sendLater(t, count(6)...)
			require.True(t, pending(sent))
			seat.Stop(errBoom)
			if others == 0 {
				require.NoError(t, <-sent)
			}
			synctest.Wait()
			assert.EqualValues(t, 0, seat.Stats().Queued)
			<-seat.Done()
			require.ErrorIs(t, seat.Err(), errBoom)
			require.NoError(t, s.run.Cause())
		})
	}
}

// Leave waits for the end of what the node does, as long as it makes progress, and its context
// does not end the leaving.
func TestLeaveTakesItsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := &fakeSink{consume: func(context.Context, int, int) error {
			time.Sleep(guestPatience * 3 / 4)
			return nil
		}}
		s := startStage(t, 2, &fakeSink{})
		seat := s.joinGuest(t, 16, Guest[int]{}, slow)
		s.send(t, count(8)...)
		ctx, cancel := context.WithTimeoutCause(t.Context(), time.Second, errBoom)
		defer cancel()
		require.ErrorIs(t, seat.Leave(ctx), errBoom)
		assert.False(t, isClosed(seat.Done()))
		require.NoError(t, seat.Leave(t.Context()))
		assert.Equal(t, count(8), slow.taken(0))
		assert.EqualValues(t, 1, slow.flushed.Load())
		require.NoError(t, s.run.Close())
	})
}

// A required sink that cannot be finished when it leaves does not stop the run, but its failure is
// not lost.
func TestRequiredSinkFailsAsItLeaves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := startStage(t, 2, &fakeSink{})
		seat := s.join(t, 2, &fakeSink{flush: func(context.Context) error { return errBoom }})
		s.send(t, count(3)...)
		require.ErrorIs(t, seat.Leave(t.Context()), errBoom)
		s.send(t, 3, 4)
		require.NoError(t, s.run.Sync(t.Context()))
		require.ErrorIs(t, s.run.Close(), errBoom)
		assert.Equal(t, count(5), s.sinks[0].taken(0))
		assert.EqualValues(t, 1, s.sinks[0].flushed.Load())
		assert.Zero(t, s.live.Load())
	})
}

// A required sink that joined late and fails ends the run, as any other.
func TestRequiredSinkThatJoinedLateFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := startStage(t, 2, &fakeSink{})
		seat := s.join(t, 2, &fakeSink{consume: func(context.Context, int, int) error { return errBoom }})
		s.send(t, 0)
		err := s.run.Wait()
		require.ErrorIs(t, err, errBoom)
		<-seat.Done()
		assert.Equal(t, err, seat.Err())
		assert.Zero(t, s.live.Load())
	})
}

// Abort while Close waits for a guest does not turn a run that is complete into one that failed.
func TestAbortWhileCloseWaitsForAGuest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := startStage(t, 2, &fakeSink{})
		hanging := newHangingSink(true)
		hanging.consume, hanging.flush = nil, func(context.Context) error { <-hanging.gate; return nil }
		s.freeing(&hanging.fakeSink)
		seat, err := JoinRunningGuest("guest", s.queue(2), Guest[int]{}, Sink[int](hanging), s.out)
		require.NoError(t, err)
		s.send(t, count(2)...)
		closed := later(s.run.Close)
		require.True(t, pending(closed))
		start := time.Now()
		require.NoError(t, s.run.Abort(errBoom))
		assert.Equal(t, wakeAfter, time.Since(start))
		require.NoError(t, <-closed)
		require.NoError(t, seat.Err(), "it was flushed after all")
	})
}

// A guest that has had its time, and then ends well, has no error.
func TestGuestThatIsALittleLate(t *testing.T) {
	for name, end := range map[string]func(*Run, *Seat) error{
		"Close": func(r *Run, _ *Seat) error { return r.Close() },
		"Leave": func(_ *Run, s *Seat) error { return s.Leave(context.Background()) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := startStage(t, 2, &fakeSink{})
				late := &fakeSink{flush: func(context.Context) error {
					time.Sleep(guestPatience + abandonLateAfter*3/4)
					return nil
				}}
				seat := s.joinGuest(t, 2, Guest[int]{}, late)
				s.send(t, 0)
				start := time.Now()
				require.NoError(t, end(s.run, seat))
				assert.Equal(t, guestPatience+abandonLateAfter*3/4, time.Since(start))
				require.NoError(t, seat.Err())
				require.NoError(t, s.run.Close())
				_, _, abandoned := s.run.Stats()
				assert.Zero(t, abandoned)
			})
		})
	}
}
