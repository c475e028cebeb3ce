package pipeline

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/stretchr/testify/assert"
)

// comer lets a sink join the running graph, and perhaps leave it.
func (s *simulation) comer(sink *simSink) func() {
	rng := rand.New(rand.NewPCG(s.rng.Uint64(), 6))
	goes := s.goer(sink)
	return func() {
		time.Sleep(time.Duration(rng.IntN(1500)) * 2 * time.Microsecond)
		sink.before = s.clock.Add(1)
		err := sink.join(s.ends)
		sink.after = s.clock.Add(1)
		switch {
		case err == nil:
			goes()
		case !errors.Is(err, ErrClosing):
			s.same(err, "JoinRunning")
		}
	}
}

// goer lets a sink leave, or be stopped, or do neither.
func (s *simulation) goer(sink *simSink) func() {
	rng := rand.New(rand.NewPCG(s.rng.Uint64(), 7))
	return func() {
		way := rng.IntN(4)
		time.Sleep(time.Duration(rng.IntN(1500)) * 2 * time.Microsecond)
		switch way {
		case 0, 1:
			s.leave(sink, rng)
		case 2:
			sink.halt(fmt.Errorf("%s is stopped", sink.name))
			sink.seat.Stop(sink.stops)
		}
	}
}

// leave lets a sink leave, sometimes with little patience.
func (s *simulation) leave(sink *simSink, rng *rand.Rand) {
	for _, c := range s.chains {
		sink.leaves.sent = append(sink.leaves.sent, c.sent())
	}
	sink.leaves.at = s.clock.Add(1)
	ctx, cancel := context.WithCancelCause(s.t.Context())
	defer cancel(nil)
	if rng.IntN(3) == 0 {
		time.AfterFunc(time.Duration(rng.IntN(100))*2*time.Microsecond, func() { cancel(errBoom) })
	}
	err := sink.seat.Leave(ctx)
	if errors.Is(err, errBoom) {
		return
	}
	assert.True(s.t, isClosed(sink.seat.Done()))
	assert.Equal(s.t, sink.seat.Err(), err)
}

// checkSink asserts what must be true of every sink when the run is over.
func (s *simulation) checkSink(sink *simSink, err error) {
	if sink.seat == nil {
		assert.Empty(s.t, sink.calls, "%s did not join", sink.name)
		return
	}
	assert.True(s.t, isClosed(sink.seat.Done()))
	assert.Equal(s.t, 1, sink.calls["Close"], "%s: Close", sink.name)
	assert.LessOrEqual(s.t, sink.calls["Flush"], 1, "%s: Flush", sink.name)
	s.checkSeatError(sink, err)
	stats := sink.seat.Stats()
	for i, c := range s.chains {
		e := stats.Edges[i]
		if !lawful(e) || e.Queued > 0 || e.Received != sink.in[i].processed.Load() || e.Freed > sink.in[i].freed.Load() {
			s.t.Errorf("%+v: %d processed, %d freed", e, sink.in[i].processed.Load(), sink.in[i].freed.Load())
		}
		if sink.steady {
			assert.Equal(s.t, c.last().started.Load(), e.Sent)
			continue
		}
		s.checkPart(sink, i, e)
	}
	alone := sink.leaves.at > 0 || sink.stops != nil || sink.guest && sink.fired
	nodes, _, _ := s.run.Stats()
	in := slices.ContainsFunc(nodes, func(n NodeStats) bool { return n.Name == sink.name })
	assert.True(s.t, in || alone, "%s ended with the run", sink.name)
}

// checkSeatError asserts that a sink ended because of what happened to it.
func (s *simulation) checkSeatError(sink *simSink, err error) {
	got := sink.seat.Err()
	var node *NodeError
	switch {
	case got == nil:
		assert.Equal(s.t, 1, sink.calls["Flush"], "%s: Flush", sink.name)
		assert.False(s.t, sink.fired && sink.stops == nil, "%s failed", sink.name)
	case sink.stops != nil && errors.Is(got, sink.stops), errors.Is(got, s.stop):
	case errors.As(got, &node) && node.Node == sink.name:
		assert.True(s.t, sink.fired)
	default:
		s.same(got, sink.name)
		assert.Error(s.t, err)
	}
	if sink.guest && sink.fault != nil {
		assert.NotErrorIs(s.t, err, sink.fault.err, "a guest fails alone")
	}
}

// checkPart asserts that a sink got the part of a stream that it should have got.
func (s *simulation) checkPart(sink *simSink, input int, e EdgeStats) {
	emitted := slices.Clone(s.chains[input].last().emitted)
	slices.SortFunc(emitted, func(a, b emission) int { return strings.Compare(a.key, b.key) })
	got, next := sink.got[input], 0
	if !sink.late && !sink.guest && sink.in[input].withdraws {
		return
	}
	var missing int64 // between the first and the last that it got
	for n, key := range got {
		at := slices.IndexFunc(emitted, func(em emission) bool { return em.key == key })
		if at < 0 {
			s.t.Errorf("%s, stream %d: got %q", sink.name, input, key)
			return
		}
		gap := at > next && (n > 0 || !sink.late)
		if gap {
			missing += int64(at - next)
		}
		if gap && !sink.guest || (gap || n == 0 && sink.late) && sink.picky && !begins(key) {
			s.t.Errorf("%s, stream %d: %q comes too early: %q", sink.name, input, key, got)
		}
		if n == 0 && sink.late && emitted[at].to > 0 && emitted[at].to < sink.before {
			s.t.Errorf("%s, stream %d: %q was sent before the sink joined", sink.name, input, key)
		}
		next = at + 1
	}
	if sink.seat.Err() == nil {
		s.checkWhole(sink, input, emitted, next, missing, e.Lost)
	}
}

// checkWhole asserts that a sink that came to a good end got, or lost, everything that was for it.
// next is the first emission after the last one that it got.
func (s *simulation) checkWhole(
	sink *simSink, input int, emitted []emission, next int, missing, lost int64,
) {
	if len(sink.got[input]) == 0 && sink.late {
		next = slices.IndexFunc(emitted, func(em emission) bool {
			return em.from > sink.after && (!sink.picky || begins(em.key))
		})
		if next < 0 {
			return
		}
	}
	var due, rest int64 // what was sent for certain before it left, or may have been, and is missing
	for _, em := range emitted[next:] {
		rest++
		if s.beforeLeave(sink, input, em) {
			due = rest
		}
	}
	if due+missing > lost || lost > rest+missing {
		s.t.Errorf("%s, stream %d: %d lost, %d missing between, %d to %d after %q of %v",
			sink.name, input, lost, missing, due, rest, sink.got[input], emitted)
	}
}

// beforeLeave says whether an item was sent to the sinks, or had to come to them, before the mark
// with which the sink left.
func (s *simulation) beforeLeave(sink *simSink, input int, em emission) bool {
	c := s.chains[input]
	switch {
	case sink.leaves.at == 0:
		return true
	case em.to > 0 && em.to < sink.leaves.at:
		return true
	case slices.ContainsFunc(c.rules, func(r rule) bool { return r.held > 0 }):
		return false
	default:
		return slices.Contains(c.model(sink.leaves.sent[input], &tally{}), em.key)
	}
}
