package pipeline

import (
	"context"
	"slices"
	"sync"
	"time"
)

// leaving is what was known when a sink was asked to leave.
type leaving struct {
	at   int64      // the world's clock before the call; 0: it was not asked
	sent [][]string // what the sources had accepted
}

// simSink notes what comes.
type simSink struct {
	simNode
	in     []*tally // by input
	late   bool     // joins while the run goes on
	picky  bool     // can begin with some items alone
	steady bool     // required, from the start to the end
	queue  Queue[int]

	seat   *Seat
	before int64 // the world's clock before it joined late
	after  int64 // and after that
	leaves leaving
	stops  error // the cause with which it was stopped; nil: it was not

	mu     sync.Mutex
	got    [][]string // by input
	ended  []bool
	synced []int // how many of got were synced
}

func (s *simSink) Consume(_ context.Context, input, v int) error {
	key := s.world.processFrom(v, s.in[input])
	s.mu.Lock()
	if s.ended[input] {
		s.world.t.Errorf("input %d: %q after its end", input, key)
	}
	if n := len(s.got[input]); n > 0 && s.got[input][n-1] >= key {
		s.world.t.Errorf("input %d: %q after %q", input, key, s.got[input][n-1])
	}
	s.got[input] = append(s.got[input], key)
	s.mu.Unlock()
	return s.call("Consume", func() error { return nil })
}

func (s *simSink) EndInput(_ context.Context, input int) error {
	s.mu.Lock()
	if s.ended[input] {
		s.world.t.Errorf("input %d ends again", input)
	}
	s.ended[input] = true
	s.mu.Unlock()
	return s.call("EndInput", func() error { return nil })
}

func (s *simSink) Sync(context.Context) error {
	return s.call("Sync", func() error {
		s.mu.Lock()
		defer s.mu.Unlock()
		for i, got := range s.got {
			s.synced[i] = len(got)
		}
		return nil
	})
}

func (s *simSink) Flush(ctx context.Context) error {
	if slices.Contains(s.ended, false) {
		s.world.t.Errorf("Flush before the end of an input")
	}
	return s.flush(ctx, func() error { return nil })
}

// join lets the sink join the graph.
func (s *simSink) join(from []*Outlet[int]) (err error) {
	guest := Guest[int]{Begins: s.begins}
	if !s.picky {
		guest.Begins = nil
	}
	switch {
	case s.late && s.guest:
		s.seat, err = JoinRunningGuest(s.name, s.queue, guest, Sink[int](s), from...)
	case s.late:
		s.seat, err = JoinRunning(s.name, s.queue, guest.Begins, Sink[int](s), from...)
	case s.guest:
		s.seat = JoinGuest(s.name, s.queue, guest, Sink[int](s), from...)
	default:
		s.seat = Join(s.name, s.queue, Sink[int](s), from...)
	}
	return err
}

func (s *simSink) begins(input, v int) bool {
	s.world.mu.Lock()
	defer s.world.mu.Unlock()
	e := s.world.ledger[v]
	if e.edge.stream != input {
		s.world.t.Errorf("%s: item %q at input %d", s.name, e.key, input)
	}
	return begins(e.key)
}

// begins says whether a picky sink can begin with an item.
func begins(key string) bool { return hash("begins"+key)%3 == 0 }

// share makes another reference to an item.
func (s *simSink) share(v int) (int, error) {
	s.world.mu.Lock()
	defer s.world.mu.Unlock()
	original := s.world.ledger[v]
	s.world.ledger = append(s.world.ledger, &entry{key: original.key, edge: original.edge})
	return len(s.world.ledger) - 1, nil
}

// discard frees an item that the sink does not get.
func (s *simSink) discard(v int) {
	s.world.mu.Lock()
	defer s.world.mu.Unlock()
	e := s.world.ledger[v]
	e.freed++
	e.freedBy = s
	s.in[e.edge.stream].freed.Add(1)
}

// wanted says whether the owner of an item still wants it when its turn comes.
func (s *simSink) wanted(v int) bool {
	s.world.mu.Lock()
	defer s.world.mu.Unlock()
	e := s.world.ledger[v]
	return !s.in[e.edge.stream].withdraws || !withdrawn(e.key)
}

// halt notes that the sink will be stopped now.
func (s *simSink) halt(cause error) {
	s.world.mu.Lock()
	defer s.world.mu.Unlock()
	s.stops, s.haltedAt = cause, time.Now()
}
