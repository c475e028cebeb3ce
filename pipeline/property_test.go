package pipeline

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
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

type snapshot struct {
	nodes map[string]NodeStats
	edges map[string]EdgeStats // by consumer and stream
}

// edgeName tells the edges of a simulation apart.
func edgeName(e EdgeStats) string { return fmt.Sprintf("%s of stream %d", e.To, e.Stream) }

// bounds are what the test has counted at an edge.
type bounds struct{ returned, processed, freed, accepted int64 }

func (t *tally) bounds() bounds {
	return bounds{t.returned.Load(), t.processed.Load(), t.freed.Load(), t.accepted.Load()}
}

// tallies returns those of all edges, by their names.
func (s *simulation) tallies() map[string]*tally {
	all := map[string]*tally{}
	for name, n := range s.nodes {
		all[edgeName(EdgeStats{To: name, Stream: n.in.stream})] = n.in
	}
	for _, sink := range append(slices.Clone(s.sinks), s.comers...) {
		for _, t := range sink.in {
			all[edgeName(EdgeStats{To: sink.name, Stream: t.stream})] = t
		}
	}
	return all
}

// checkStats takes a snapshot and compares it with what the test had counted just before and has
// counted just after.
func (s *simulation) checkStats(last snapshot) (now snapshot) {
	before, tallies := map[string]bounds{}, s.tallies()
	for name, t := range tallies {
		before[name] = t.bounds()
	}
	now = snapshot{map[string]NodeStats{}, map[string]EdgeStats{}}
	nodes, edges, _ := s.run.Stats()
	for _, e := range edges {
		name := edgeName(e)
		now.edges[name] = e
		then, known := last.edges[name]
		low := e.Sent >= before[name].returned && e.Received >= before[name].processed
		var high bool
		if t := tallies[name]; !strings.Contains(name, "node") {
			high = e.Freed <= t.freed.Load()+int64(e.Depth) && e.Sent <= s.chains[e.Stream].last().started.Load()
		} else {
			low, high = low && e.Freed >= before[name].freed, e.Sent <= t.started.Load()
		}
		rises := !known || e.Sent >= then.Sent && e.Freed >= then.Freed && e.Blocked >= then.Blocked && e.Lost >= then.Lost
		if !lawful(e) || !low || !high || !rises {
			s.t.Errorf("%+v after %+v: low %t, high %t, rises %t", e, before[name], low, high, rises)
		}
	}
	for _, n := range nodes {
		name := fmt.Sprint(n.Name, n.Stream)
		now.nodes[name] = n
		if then, known := last.nodes[name]; known && (n.In < then.In || n.Out < then.Out || n.Busy < then.Busy) {
			s.t.Errorf("%+v after %+v", n, then)
		}
	}
	return now
}

// lawful says whether what is true of an edge at every moment is true.
func lawful(e EdgeStats) bool {
	return e.Sent == e.Received+int64(e.Queued)+e.Freed+e.Lost && e.Queued >= 0 && e.Queued <= e.Depth
}

// checkEnd asserts what must be true of every run that is over.
func (s *simulation) checkEnd(err error) {
	s.checkError(err)
	s.checkItems(err)
	s.checkCounters()
	for _, n := range s.copies {
		assert.Equal(s.t, 1, n.calls["Close"], "%s: Close", n.name)
		assert.LessOrEqual(s.t, n.calls["Flush"], 1, "%s: Flush", n.name)
		if err == nil {
			assert.Equal(s.t, 1, n.calls["Flush"], "%s: Flush", n.name)
		}
	}
	for _, sink := range append(slices.Clone(s.sinks), s.comers...) {
		s.checkSink(sink, err)
	}
	if err != nil {
		return
	}
	for _, sink := range s.sinks {
		for i, c := range s.chains {
			if want := c.model(c.accepted, sink.in[i]); sink.steady && !slices.Equal(want, sink.got[i]) {
				s.t.Errorf("%s, stream %d: got %q, not %q", sink.name, i, sink.got[i], want)
			}
		}
	}
}

// checkError asserts that the run ended with the first thing that went wrong, for all callers.
func (s *simulation) checkError(err error) {
	s.same(err, "Close")
	s.same(s.run.Close(), "Close")
	s.same(s.run.Abort(errBoom), "Abort")
	s.same(s.run.Cause(), "Cause")
	s.same(s.run.Sync(s.t.Context()), "Sync")
	late := s.give(s.chains[0].edges[0], "late", func(v int) error { return s.chains[0].source.Send(s.t.Context(), v) })
	if err != nil || !errors.Is(late, ErrEnded) {
		s.same(late, "Send")
	}
	var failure *NodeError
	failed := errors.As(err, &failure)
	fired := slices.DeleteFunc(slices.Clone(s.fired), func(f firing) bool {
		return f.mayBeIgnored() && (!failed || !f.explains(failure))
	})
	switch {
	case failed:
		first := slices.MinFunc(fired, func(a, b firing) int { return a.at.Compare(b.at) }).at
		if !s.stopped.IsZero() && !first.Before(s.stopped) {
			s.t.Errorf("%v: stopped at %v, before a node failed: %v", err, s.stopped, fired)
		}
		if !slices.ContainsFunc(fired, func(f firing) bool { return f.at.Equal(first) && f.explains(failure) }) {
			s.t.Errorf("%v is not the first of %v", err, fired)
		}
	case err != nil:
		assert.True(s.t, errors.Is(err, s.stop) && !s.stopped.IsZero(), "%v", err)
		for _, f := range fired {
			assert.False(s.t, f.at.Before(s.stopped), "%v came first", f.err)
		}
	default:
		assert.Empty(s.t, fired)
	}
}

// checkItems asserts that each item was processed or freed, and only once. Without an error only
// such items were freed as were not accepted, were withdrawn, or were for a sink that had left or
// lost them.
func (s *simulation) checkItems(err error) {
	steady := slices.ContainsFunc(s.sinks, func(sink *simSink) bool { return sink.steady })
	for _, e := range s.ledger {
		assert.Equal(s.t, 1, e.processed+e.freed, "item %q: processed %d times, freed %d times", e.key, e.processed, e.freed)
		switch {
		case err != nil || e.freed == 0 || e.refused:
		case e.freedBy == nil:
			assert.True(s.t, e.edge.withdraws && withdrawn(e.key), "item %q is lost", e.key)
		default:
			by := e.freedBy
			withdraws := by.in[e.edge.stream].withdraws && withdrawn(e.key)
			left := by.leaves.at > 0 || by.seat.Err() != nil
			assert.True(s.t, withdraws || left || !steady, "item %q is lost at %s", e.key, by.name)
		}
	}
}

// checkCounters compares the counters with the test's own.
func (s *simulation) checkCounters() {
	nodes, edges, abandoned := s.run.Stats()
	assert.Zero(s.t, abandoned)
	for _, e := range edges {
		if n, ok := s.nodes[e.To]; ok {
			got := []int64{e.Sent, e.Received, e.Freed, int64(e.Queued)}
			assert.Equal(s.t, []int64{n.in.started.Load(), n.in.processed.Load(), n.in.freed.Load(), 0}, got, "%+v", e)
		}
	}
	for _, n := range nodes {
		if known, ok := s.nodes[n.Name]; ok {
			want := []int64{known.in.processed.Load(), known.out.accepted.Load()}
			assert.Equal(s.t, want, []int64{n.In, n.Out}, "%+v", n)
		}
	}
}
