package pipeline

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/stretchr/testify/assert"
)

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
