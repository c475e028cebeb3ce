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
	ends    []*Outlet[int]
	sinks   []*simSink
	comers  []*simSink // may join while the run goes on
	copies  []*simNode // of processors
	nodes   map[string]simActor
	stopped time.Time // when somebody outside stopped the run; zero: never
}

// simActor is a processor: what it takes and sends on.
type simActor struct{ in, out *tally }

// simChain is one stream, from its source to the sink.
type simChain struct {
	source *Source[int]
	rules  []rule
	edges  []*tally // one more than rules: the last one leads to all sinks

	mu       sync.Mutex
	accepted []string // keys of what was sent
}

func newSimulation(t *testing.T, seed uint64) *simulation {
	s := &simulation{rng: rand.New(rand.NewPCG(seed, 1)), world: world{t: t, stop: errors.New("stopped from outside")}}
	s.ctx, s.cancel = context.WithCancelCause(t.Context())
	s.run = NewRun(s.ctx)
	s.nodes = map[string]simActor{}
	for i := range 1 + s.rng.IntN(4) {
		s.ends = append(s.ends, s.addChain(i))
	}
	for i := range 1 + s.rng.IntN(4) {
		sink := s.newSink(fmt.Sprintf("sink %d", i))
		sink.guest = s.rng.IntN(3) == 0
		sink.steady = !sink.guest && s.rng.IntN(6) > 0
		s.addQueue(sink)
		_ = sink.join(s.ends)
		s.sinks = append(s.sinks, sink)
	}
	for i := range s.rng.IntN(4) {
		sink := s.newSink(fmt.Sprintf("comer %d", i))
		sink.late, sink.guest = true, s.rng.IntN(2) == 0
		s.addQueue(sink)
		s.comers = append(s.comers, sink)
	}
	s.addFaults()
	return s
}

// newSink returns a sink for all chains.
func (s *simulation) newSink(name string) *simSink {
	n := len(s.ends)
	sink := &simSink{
		simNode: s.newNode(name, NoStream, 0), picky: s.rng.IntN(3) > 0,
		got: make([][]string, n), ended: make([]bool, n), synced: make([]int, n),
	}
	for i := range n {
		sink.in = append(sink.in, &tally{stream: i})
	}
	return sink
}

// addQueue gives a sink a queue. Only those that are required from the start let items be
// withdrawn, so that all gaps of the others are losses.
func (s *simulation) addQueue(sink *simSink) {
	sink.queue = s.queue(sink.in...)
	if sink.guest || sink.late {
		for _, edge := range sink.in {
			edge.withdraws = false
		}
	}
	sink.queue.Take, sink.queue.Free, sink.queue.Share = sink.wanted, sink.discard, sink.share
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
func (s *simulation) addChain(index int) *Outlet[int] {
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
	edge.shared = true
	return out
}

func (s *simulation) addProcessor(from *Outlet[int], r rule, n, chain, position int, in, out *tally) *Outlet[int] {
	name := fmt.Sprintf("node %d.%d", chain, position)
	var copies []Processor[int, int]
	for range n {
		p := &simProcessor{simNode: s.newNode(name, chain, position), rule: r, out: out}
		copies = append(copies, p)
		s.copies = append(s.copies, &p.simNode)
	}
	s.nodes[name] = simActor{in, out}
	return Connect(from, name, s.queue(in), copies...)
}

// model returns what arrives at a sink if all of these keys are sent through a chain and nothing
// stops the run or is lost. The last edge is the one into the sink.
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

// last is the edge to the sinks, as the chain sees it.
func (c *simChain) last() *tally { return c.edges[len(c.rules)] }

// addFaults lets up to three nodes fail. Some faults never happen, because the call is never made.
func (s *simulation) addFaults() {
	for i := range max(0, s.rng.IntN(6)-2) {
		all := s.copies
		for _, sink := range append(slices.Clone(s.sinks), s.comers...) {
			all = append(slices.Clip(all), &sink.simNode)
		}
		n := all[s.rng.IntN(len(all))]
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
