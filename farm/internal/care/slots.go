package care

import (
	"context"
	"sync"
	"time"

	"go.temporal.io/sdk/worker"
)

// Slots are the places of a worker's tasks. The pollers of all its queues share them, and poll only
// while there is a place.
//
// A poll takes up to a minute if there is no task, so it takes no place from other queues: each
// queue may have one poll open as long as any place is free. Two polls may then bring two tasks for
// one place. The second task waits in Enter, and tells the server meanwhile that it is alive.
//
// How many threads a task needs is known when it calls Enter. For the polls that are open, Slots
// expects as many as the last task needed; before the first one, it lets each queue open one poll.
type Slots struct {
	jobs, threads int // at a time

	mu      sync.Mutex
	taken   int            // tasks that the SDK has begun, and not yet reported
	ended   int            // of these: whose activity has returned
	seats   map[*seat]bool // of these: whose activity has not; false: it has left its place
	polls   map[string]int // open ones, by task queue
	polling int            // all of these
	running []*seat        // tasks that have entered
	line    []*seat        // tasks that wait in Enter, in the order in which they came
	expect  int            // threads of the next task; 0: unknown
	closed  bool           // for polls
	refusal error          // of Enter; nil: there is none
	changed chan struct{}  // closed, and made anew, when a poller should look again
}

// seat is the place of a task.
type seat struct {
	threads int
	alone   bool
	ready   chan struct{} // closed when the task may go on
	err     error         // set before ready is closed: the task may not go on
}

// permit is what a poller holds.
type permit struct {
	queue string
	used  bool // by a task
}

var _ worker.SlotSupplier = (*Slots)(nil)

// NewSlots returns the places for so many jobs, which use so many threads together.
func NewSlots(jobs, threads int) *Slots {
	return &Slots{
		jobs: jobs, threads: max(jobs, threads),
		seats: map[*seat]bool{}, polls: map[string]int{}, changed: make(chan struct{}),
	}
}

// Jobs returns how many jobs there are places for.
func (s *Slots) Jobs() int { return s.jobs }

// Running returns how many tasks have entered.
func (s *Slots) Running() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.running)
}

// Unreported returns how many tasks the SDK has not reported to the server.
func (s *Slots) Unreported() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.taken
}

// Refuse ends the taking of tasks: pollers wait.
func (s *Slots) Refuse() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
}

// Close ends the taking of tasks, too. Tasks that wait in Enter, or call it later, get the error.
func (s *Slots) Close(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed, s.refusal = true, err
	for _, w := range s.line {
		w.err = err
		close(w.ready)
	}
	s.line = nil
}

// AwaitPolls waits until no poll is open, but not longer than most. Close was called before.
func (s *Slots) AwaitPolls(most time.Duration) {
	end := time.NewTimer(most)
	defer end.Stop()
	for {
		s.mu.Lock()
		open, changed := s.polling, s.changed
		s.mu.Unlock()
		if open == 0 {
			return
		}
		select {
		case <-changed:
		case <-end.C:
			return
		}
	}
}

// ReserveSlot waits until a poll makes sense.
func (s *Slots) ReserveSlot(ctx context.Context, info worker.SlotReservationInfo) (*worker.SlotPermit, error) {
	for {
		p, changed := s.reserve(info.TaskQueue())
		if p != nil {
			return p, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// TryReserveSlot refuses: a task that a workflow hands to its own worker could be done sooner by
// another one.
func (s *Slots) TryReserveSlot(worker.SlotReservationInfo) *worker.SlotPermit { return nil }

// MarkSlotUsed notes that a poll has brought a task.
func (s *Slots) MarkSlotUsed(info worker.SlotMarkUsedInfo) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, _ := info.Permit().UserData.(*permit)
	p.used = true
	s.taken++
	s.closePoll(p.queue)
}

// ReleaseSlot notes that a poll has brought nothing, or that its task was reported.
func (s *Slots) ReleaseSlot(info worker.SlotReleaseInfo) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p, _ := info.Permit().UserData.(*permit); p.used {
		s.taken--
		s.ended = max(0, s.ended-1)
		s.wake()
	} else {
		s.closePoll(p.queue)
	}
}

// MaxSlots returns how many tasks can run at a time.
func (s *Slots) MaxSlots() int { return s.jobs }

// reserve returns a permit, or what to wait for.
func (s *Slots) reserve(queue string) (*worker.SlotPermit, <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.wants(queue) {
		return nil, s.changed
	}
	s.polls[queue]++
	s.polling++
	return &worker.SlotPermit{UserData: &permit{queue: queue}}, nil
}

// wants reports whether a queue may open one more poll.
func (s *Slots) wants(queue string) bool {
	jobs, threads := s.load()
	if s.closed || jobs >= s.jobs || threads >= s.threads {
		return false
	}
	if s.polls[queue] == 0 {
		return true
	}
	open := s.polling + 1
	return s.expect > 0 && jobs+open <= s.jobs && threads+open*s.expect <= s.threads
}

// load returns the jobs and threads of all tasks that are here, except those that have left their
// place. A task that runs alone, or is to, has all places.
func (s *Slots) load() (jobs, threads int) {
	jobs = s.taken - s.ended - len(s.seats) // tasks that have just come
	threads = jobs * max(1, s.expect)
	for w, here := range s.seats {
		if !here {
			continue
		}
		if w.alone {
			return s.jobs, s.threads
		}
		jobs++
		threads += max(1, w.threads)
	}
	return jobs, threads
}

// closePoll notes that a poll of the queue has ended.
func (s *Slots) closePoll(queue string) {
	s.polls[queue]--
	s.polling--
	s.wake()
}

// wake lets all pollers look again.
func (s *Slots) wake() {
	close(s.changed)
	s.changed = make(chan struct{})
}
