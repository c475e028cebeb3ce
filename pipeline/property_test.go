package pipeline

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

var seeds = flag.Uint64("seeds", 400, "how many random graphs to run")

// TestRandomGraphs runs random graphs, which end in random ways, and asserts what must be true of
// all of them. A seed that fails is in the name of its subtest, and can be run alone by that name.
func TestRandomGraphs(t *testing.T) {
	for seed := range *seeds {
		t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { newSimulation(t, seed).simulate() })
		})
	}
}

func (s *simulation) simulate() {
	s.run.Start()
	over := make(chan struct{})
	var producers, others sync.WaitGroup
	for i, c := range s.chains {
		producers.Go(s.producer(i, c))
	}
	others.Go(s.sample(over))
	for range s.rng.IntN(3) {
		others.Go(s.syncer())
	}
	if s.rng.IntN(3) == 0 {
		others.Go(s.stopper())
	}
	for _, sink := range s.sinks {
		if !sink.steady {
			others.Go(s.goer(sink))
		}
	}
	for _, sink := range s.comers {
		others.Go(s.comer(sink))
	}
	if s.rng.IntN(2) == 0 {
		producers.Wait()
	} else {
		time.Sleep(time.Duration(s.rng.IntN(3000)) * 2 * time.Microsecond)
	}
	err := s.run.Close()
	close(over)
	producers.Wait()
	others.Wait()
	s.checkEnd(err)
}

// producer sends some items, some of them with little patience.
func (s *simulation) producer(index int, c *simChain) func() {
	rng := rand.New(rand.NewPCG(s.rng.Uint64(), 3))
	return func() {
		for i := range rng.IntN(40) {
			ctx, cancel := context.WithCancelCause(s.t.Context())
			impatient := fmt.Errorf("stream %d does not wait for item %d", index, i)
			if rng.IntN(4) == 0 {
				time.AfterFunc(time.Duration(rng.IntN(30))*2*time.Microsecond, func() { cancel(impatient) })
			}
			key := fmt.Sprintf("%03d", i)
			err := s.give(c.edges[0], key, func(v int) error { return c.source.Send(ctx, v) })
			cancel(nil)
			switch {
			case err == nil:
				c.mu.Lock()
				c.accepted = append(c.accepted, key)
				c.mu.Unlock()
			case errors.Is(err, impatient):
			default:
				if !errors.Is(err, ErrEnded) {
					s.same(err, "Send")
				}
				return
			}
		}
		if rng.IntN(2) == 0 {
			c.source.End()
		}
	}
}

// same asserts that a call returned what all calls return. The run's own error may hold more: sinks
// that failed at the end.
func (s *simulation) same(err error, call string) {
	if want := s.run.Wait(); !errors.Is(err, want) && (err == nil || !errors.Is(want, err)) {
		s.t.Errorf("%s returned %v, not %v", call, err, want)
	}
}

// stopper stops the run. Its clock ticks between those of all others, so nothing else happens at
// that moment.
func (s *simulation) stopper() func() {
	after, abort := time.Duration(s.rng.IntN(4000))*time.Microsecond+time.Nanosecond, s.rng.IntN(2) == 0
	return func() {
		time.Sleep(after)
		if s.stopped = time.Now(); abort {
			s.same(s.run.Abort(s.stop), "Abort")
		} else {
			s.cancel(s.stop)
		}
	}
}

// syncer calls Sync from time to time.
func (s *simulation) syncer() func() {
	rng := rand.New(rand.NewPCG(s.rng.Uint64(), 4))
	return func() {
		for range rng.IntN(10) {
			time.Sleep(time.Duration(rng.IntN(200)) * 2 * time.Microsecond)
			var sent [][]string
			for _, c := range s.chains {
				sent = append(sent, c.sent())
			}
			ctx, cancel := context.WithCancelCause(s.t.Context())
			if rng.IntN(2) == 0 {
				time.AfterFunc(time.Duration(rng.IntN(100))*2*time.Microsecond, func() { cancel(errBoom) })
			}
			switch err := s.run.Sync(ctx); {
			case err == nil:
				s.checkSynced(sent)
			case !errors.Is(err, errBoom):
				s.same(err, "Sync")
			}
			cancel(nil)
		}
	}
}

func (c *simChain) sent() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.accepted)
}

// checkSynced asserts that what was sent is at all destinations, in so far as the processors
// release it.
func (s *simulation) checkSynced(sent [][]string) {
	for _, sink := range s.sinks {
		if sink.steady {
			s.checkSinkSynced(sink, sent)
		}
	}
}

func (s *simulation) checkSinkSynced(sink *simSink, sent [][]string) {
	sink.mu.Lock()
	defer sink.mu.Unlock()
	for i, c := range s.chains {
		if slices.ContainsFunc(c.rules, func(r rule) bool { return r.held > 0 }) {
			continue
		}
		n := sink.synced[i]
		if isClosed(s.run.finished) {
			n = len(sink.got[i])
		}
		want := c.model(sent[i], sink.in[i])
		if n < len(want) || !slices.Equal(want, sink.got[i][:len(want)]) {
			s.t.Errorf("%s: synced %q, but %q was sent before", sink.name, sink.got[i][:n], want)
		}
	}
}

// sample looks at the counters while the run goes on.
func (s *simulation) sample(over <-chan struct{}) func() {
	rng := rand.New(rand.NewPCG(s.rng.Uint64(), 5))
	return func() {
		var last snapshot
		for !isClosed(over) {
			for range 4 {
				last = s.checkStats(last)
				runtime.Gosched()
			}
			time.Sleep(time.Duration(rng.IntN(50)) * 2 * time.Microsecond)
		}
	}
}
