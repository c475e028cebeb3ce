package pipeline

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"
)

// simulation is a random graph and what is done to it.
type simulation struct {
	world
	ctx     context.Context
	cancel  context.CancelCauseFunc
	rng     *rand.Rand
	chains  []*simChain
	sinks   []*simSink
	copies  []*simNode // all of them
	edges   []*tally   // in the order of Stats
	nodes   []simActor // in the order of Stats
	stopped time.Time  // when somebody outside stopped the run; zero: never
}

// simActor is a node: what it takes and sends on.
type simActor struct {
	in  []*tally
	out *tally // nil: a sink
}

// simChain is one stream, from its source to the sink.
type simChain struct {
	source *Source[int]
	rules  []rule
	edges  []*tally // one more than rules: from the source to the last of the sinks

	mu       sync.Mutex
	accepted []string // keys of what was sent
}

func newSimulation(t *testing.T, seed uint64) *simulation {
	s := &simulation{rng: rand.New(rand.NewPCG(seed, 1)), world: world{t: t, stop: errors.New("stopped from outside")}}
	s.ctx, s.cancel = context.WithCancelCause(t.Context())
	s.run = NewRun(s.ctx)
	var ends []*Outlet[int]
	var tallies []*tally
	for i := range 1 + s.rng.IntN(4) {
		out, edge := s.addChain(i)
		ends, tallies = append(ends, out), append(tallies, edge)
	}
	for others := s.rng.IntN(3); others > 0; others-- {
		shares := make([]*tally, len(ends))
		for i := range shares {
			shares[i] = &tally{stream: i}
			tallies[i].shared = true
		}
		s.addSink(ends, shares)
	}
	s.addSink(ends, tallies) // the last one gets the items themselves
	s.addFaults()
	return s
}

// addSink adds a sink behind all chains.
func (s *simulation) addSink(ends []*Outlet[int], in []*tally) {
	n := len(ends)
	name := fmt.Sprintf("sink %d", len(s.sinks))
	sink := &simSink{
		simNode: s.newNode(name, NoStream, 0), in: in,
		got: make([][]string, n), ended: make([]bool, n), synced: make([]int, n),
	}
	queue := s.queue(in...)
	queue.Share = s.sharing(in)
	Join(name, queue, sink, ends...)
	s.edges = append(s.edges, in...)
	s.nodes = append(s.nodes, simActor{in: in})
	s.copies = append(s.copies, &sink.simNode)
	s.sinks = append(s.sinks, sink)
}

func (s *simulation) newNode(name string, chain, position int) simNode {
	return simNode{
		world: &s.world, name: name, chain: chain, position: position,
		rng: rand.New(rand.NewPCG(s.rng.Uint64(), 2)), calls: map[string]int{},
	}
}

// queue returns a queue for these inputs of a node.
func (s *simulation) queue(in ...*tally) Queue[int] {
	q := Queue[int]{Depth: s.rng.IntN(5), Free: s.free}
	if s.rng.IntN(3) == 0 {
		q.Take = s.wanted
		for _, edge := range in {
			edge.withdraws = true
		}
	}
	return q
}

// addChain adds a chain of one to five processors, and returns its open end.
func (s *simulation) addChain(index int) (*Outlet[int], *tally) {
	source, out := NewSource[int](s.run, "source", index)
	edge := &tally{stream: index}
	c := &simChain{source: source, edges: []*tally{edge}}
	s.chains = append(s.chains, c)
	for position := range 1 + s.rng.IntN(5) {
		r := rule{kind: ruleKind(s.rng.IntN(int(ruleKinds)))}
		n := 1
		switch s.rng.IntN(3) {
		case 0:
			n += s.rng.IntN(4)
		case 1:
			r.held = s.rng.IntN(6)
		}
		in := edge
		edge = &tally{stream: index}
		out = s.addProcessor(out, r, n, index, position, in, edge)
		c.rules, c.edges = append(c.rules, r), append(c.edges, edge)
	}
	return out, edge
}

func (s *simulation) addProcessor(from *Outlet[int], r rule, n, chain, position int, in, out *tally) *Outlet[int] {
	name := fmt.Sprintf("node %d.%d", chain, position)
	var copies []Processor[int, int]
	for range n {
		p := &simProcessor{simNode: s.newNode(name, chain, position), rule: r, out: out}
		copies = append(copies, p)
		s.copies = append(s.copies, &p.simNode)
	}
	s.edges, s.nodes = append(s.edges, in), append(s.nodes, simActor{[]*tally{in}, out})
	return Connect(from, name, s.queue(in), copies...)
}

// sharing returns a function that makes another reference to an item, for a sink with these inputs.
func (s *simulation) sharing(in []*tally) func(v int) (int, error) {
	return func(v int) (int, error) {
		s.mu.Lock()
		defer s.mu.Unlock()
		original := s.ledger[v]
		edge := in[original.edge.stream]
		edge.started.Add(1)
		s.ledger = append(s.ledger, &entry{key: original.key, edge: edge})
		return len(s.ledger) - 1, nil
	}
}

// model returns what arrives at a sink if all of these keys are sent through a chain and nothing
// stops the run. The last edge is the one into the sink.
func (c *simChain) model(keys []string, last *tally) []string {
	for i, edge := range append(slices.Clone(c.edges[:len(c.rules)]), last) {
		if edge.withdraws {
			keys = slices.DeleteFunc(slices.Clone(keys), withdrawn)
		}
		if i == len(c.rules) {
			break
		}
		var out []string
		for _, key := range keys {
			out = append(out, c.rules[i].apply(key)...)
		}
		keys = out
	}
	return keys
}

// addFaults lets up to three nodes fail. Some faults never happen, because the call is never made.
func (s *simulation) addFaults() {
	for i := range max(0, s.rng.IntN(6)-2) {
		n := s.copies[s.rng.IntN(len(s.copies))]
		calls := []string{"Process", "Process", "Flush", "Close"}
		if n.chain == NoStream {
			calls = []string{"Consume", "Consume", "EndInput", "Sync", "Flush", "Close"}
		}
		f := &fault{call: calls[s.rng.IntN(len(calls))], nth: 1, way: s.rng.IntN(3), err: fmt.Errorf("fault %d", i)}
		switch f.call {
		case "Process", "Consume":
			f.nth += s.rng.IntN(20)
		case "Close":
			f.way = 1 + s.rng.IntN(2) // it cannot return an error
		}
		n.fault = f
	}
}
