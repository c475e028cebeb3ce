package care

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/worker"
)

// poll is what the SDK tells of a poller.
type poll struct {
	worker.SlotReservationInfo
	queue string
}

func (p poll) TaskQueue() string { return p.queue }

// held is what the SDK tells of a permit.
type held struct {
	worker.SlotMarkUsedInfo
	permit *worker.SlotPermit
}

func (h held) Permit() *worker.SlotPermit { return h.permit }

type released struct {
	worker.SlotReleaseInfo
	permit *worker.SlotPermit
}

func (r released) Permit() *worker.SlotPermit { return r.permit }

// mayPoll returns a permit if the queue may open a poll now.
func mayPoll(t *testing.T, s *Slots, queue string) *worker.SlotPermit {
	t.Helper()
	p, _ := s.reserve(queue)
	return p
}

// task is one that a poll has brought.
type task struct {
	s      *Slots
	permit *worker.SlotPermit
	try    func(threads int, alone bool) (leave func(), err error) // to enter at once
	end    func()
}

// brings ends a poll with a task.
func brings(t *testing.T, s *Slots, p *worker.SlotPermit) *task {
	t.Helper()
	require.NotNil(t, p)
	s.MarkSlotUsed(held{permit: p})
	ctx, end := s.Begin(t.Context())
	ctx, cancel := context.WithCancelCause(ctx)
	cancel(errWaits)
	try := func(threads int, alone bool) (func(), error) { return s.Enter(ctx, threads, alone) }
	return &task{s, p, try, end}
}

// reported ends the task, and has it reported.
func (k *task) reported() {
	k.end()
	k.s.ReleaseSlot(released{permit: k.permit})
}

// enter has a task enter at once.
func (k *task) enter(t *testing.T, threads int) (leave func()) {
	t.Helper()
	leave, err := k.try(threads, false)
	require.NoError(t, err)
	return leave
}

// TestOnePlaceServesTwoQueues lets each queue poll while the place is free.
func TestOnePlaceServesTwoQueues(t *testing.T) {
	t.Parallel()
	s := NewSlots(1, 1)
	base, build := mayPoll(t, s, "base"), mayPoll(t, s, "build")
	require.NotNil(t, base)
	require.NotNil(t, build, "the poll of the other queue may take a minute")
	require.Nil(t, mayPoll(t, s, "base"), "one poll is enough for one place")

	first := brings(t, s, build)
	leave := first.enter(t, 1)
	require.Nil(t, mayPoll(t, s, "build"), "no place is free")
	s.ReleaseSlot(released{permit: base}) // it brought nothing
	require.Nil(t, mayPoll(t, s, "base"), "no place is free")
	leave()
	require.NotNil(t, mayPoll(t, s, "base"), "the task is only reported")
	require.NotNil(t, mayPoll(t, s, "build"))
	first.reported()
}

// TestAPollerWaits until a place is free.
func TestAPollerWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := NewSlots(1, 1)
		running := brings(t, s, mayPoll(t, s, "q"))
		running.enter(t, 1)
		got := make(chan *worker.SlotPermit, 1)
		go func() {
			p, err := s.ReserveSlot(t.Context(), poll{queue: "q"})
			if err == nil {
				got <- p
			}
		}()
		synctest.Wait()
		require.Empty(t, got)
		running.reported()
		require.NotNil(t, <-got)

		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := s.ReserveSlot(ctx, poll{queue: "q"})
		require.ErrorIs(t, err, context.Canceled)
	})
}

// TestPollsAreAsManyAsPlaces once it is known how many threads a task has.
func TestPollsAreAsManyAsPlaces(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ threads, polls int }{
		"one thread": {1, 7}, "two threads": {2, 3}, "three threads": {3, 1}, "all threads": {8, 0}, "more": {99, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := NewSlots(8, 8)
			first := mayPoll(t, s, "q")
			require.Nil(t, mayPoll(t, s, "q"), "the threads of tasks are not known")
			brings(t, s, first).enter(t, c.threads)
			for range c.polls {
				require.NotNil(t, mayPoll(t, s, "q"))
			}
			require.Nil(t, mayPoll(t, s, "q"))
		})
	}
}

// TestFewJobsOnManyCores bounds jobs by memory, and lets each have several threads.
func TestFewJobsOnManyCores(t *testing.T) {
	t.Parallel()
	s := NewSlots(2, 16)
	brings(t, s, mayPoll(t, s, "q")).enter(t, 8)
	brings(t, s, mayPoll(t, s, "q")).enter(t, 8)
	require.Nil(t, mayPoll(t, s, "q"))
	require.Equal(t, 2, s.Running())
}

// TestTasksRunInOrder lets a task of many threads wait until these are free, and those behind it.
func TestTasksRunInOrder(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := NewSlots(4, 4)
		order := make(chan string, 4)
		enter := func(name string, threads int, alone bool) {
			go func() {
				leave, err := s.Enter(t.Context(), threads, alone)
				if err == nil {
					order <- name
					leave()
					leave() // does nothing
				}
			}()
			synctest.Wait()
		}
		leave, err := s.Enter(t.Context(), 2, false)
		require.NoError(t, err)
		enter("wide", 4, false)
		enter("narrow", 1, false)
		enter("alone", 1, true)
		enter("last", 1, false)
		require.Empty(t, order)
		leave()
		for _, want := range []string{"wide", "narrow", "alone", "last"} {
			require.Equal(t, want, <-order)
		}
		synctest.Wait()
		require.Zero(t, s.Running())
	})
}

// TestATaskAlone has the machine to itself.
func TestATaskAlone(t *testing.T) {
	t.Parallel()
	s := NewSlots(4, 4)
	k := brings(t, s, mayPoll(t, s, "q"))
	other := brings(t, s, mayPoll(t, s, "q"))
	leave, err := k.try(1, true)
	require.NoError(t, err)
	require.Nil(t, mayPoll(t, s, "q"))
	_, err = other.try(1, false)
	require.ErrorIs(t, err, errWaits)
	leave()
	require.NotNil(t, mayPoll(t, s, "q"))
	_, err = s.Enter(t.Context(), 1, false)
	require.NoError(t, err)
}

var (
	errStopped = errors.New("stopped")
	errWaits   = errors.New("must wait")
)

// TestClose refuses tasks that wait, and later ones, and lets those that run go on.
func TestClose(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := NewSlots(1, 1)
		leave, err := s.Enter(t.Context(), 1, false)
		require.NoError(t, err)
		waited := make(chan error)
		go func() {
			_, err := s.Enter(t.Context(), 1, false)
			waited <- err
		}()
		synctest.Wait()
		s.Close(errStopped)
		require.ErrorIs(t, <-waited, errStopped)
		_, err = s.Enter(t.Context(), 1, false)
		require.ErrorIs(t, err, errStopped)
		leave()
		require.Zero(t, s.Running())
		require.Nil(t, mayPoll(t, s, "q"))
	})
}

// TestAwaitPolls waits for the poll that is open, which may bring a task, but not for long.
func TestAwaitPolls(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := NewSlots(1, 1)
		begun := time.Now()
		s.AwaitPolls(time.Hour)
		base, build := mayPoll(t, s, "base"), mayPoll(t, s, "build")
		s.Close(errStopped)
		ended := make(chan struct{})
		go func() {
			s.AwaitPolls(time.Hour)
			close(ended)
		}()
		time.Sleep(time.Minute) // on synctest's clock
		s.ReleaseSlot(released{permit: base})
		synctest.Wait()
		require.Empty(t, ended)
		k := brings(t, s, build)
		_, err := k.try(1, false)
		require.ErrorIs(t, err, errStopped)
		<-ended
		require.Equal(t, time.Minute, time.Since(begun))

		s = NewSlots(1, 1)
		mayPoll(t, s, "base")
		s.AwaitPolls(time.Hour)
		require.Equal(t, time.Hour+time.Minute, time.Since(begun))
	})
}

// TestATaskThatGivesUp leaves the line, so that those behind it go on.
func TestATaskThatGivesUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := NewSlots(4, 4)
		_, err := s.Enter(t.Context(), 2, false)
		require.NoError(t, err)
		ctx, cancel := context.WithCancelCause(t.Context())
		gaveUp, entered := make(chan error), make(chan error)
		go func() {
			_, err := s.Enter(ctx, 4, false)
			gaveUp <- err
		}()
		synctest.Wait()
		go func() {
			_, err := s.Enter(t.Context(), 1, false)
			entered <- err
		}()
		synctest.Wait()
		cancel(errStopped)
		require.ErrorIs(t, <-gaveUp, errStopped)
		require.NoError(t, <-entered)
	})
}

// TestTasksWithoutSeat are those that the SDK refuses: their places come back.
func TestTasksWithoutSeat(t *testing.T) {
	t.Parallel()
	s := NewSlots(1, 1)
	for range 3 {
		p := mayPoll(t, s, "q")
		require.NotNil(t, p)
		s.MarkSlotUsed(held{permit: p})
		require.Nil(t, mayPoll(t, s, "q"))
		s.ReleaseSlot(released{permit: p})
	}
	k := brings(t, s, mayPoll(t, s, "q"))
	require.Nil(t, mayPoll(t, s, "q"), "it takes its place before it enters")
	k.reported()
	require.NotNil(t, mayPoll(t, s, "q"))
	require.Nil(t, s.TryReserveSlot(poll{queue: "q"}))
}
