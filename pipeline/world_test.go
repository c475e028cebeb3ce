package pipeline

import (
	"context"
	"errors"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// tally is what the test itself counts at an edge.
type tally struct {
	started, returned, accepted, processed, freed atomic.Int64

	stream    int
	withdraws bool // some of the items that wait here are withdrawn
	shared    bool // sinks take the items, each for itself: a send may fail at one of them alone

	mu      sync.Mutex
	emitted []emission // shared: in the order in which the sends began
}

// emission is a send to the sinks, from one moment of the world's clock to another.
type emission struct {
	key      string
	from, to int64 // to is 0 while it goes on
}

// entry is one item. Its key says where in its stream it belongs: keys of one stream, at one place
// in the graph, sort in the order of the stream.
type entry struct {
	key       string
	edge      *tally // that it was given to
	processed int
	freed     int
	refused   bool     // the send failed
	freedBy   *simSink // that freed it unseen; nil: none
}

// world is one simulated run: what its nodes send are numbers of entries in the ledger, which knows
// the fate of each.
type world struct {
	t      *testing.T
	run    *Run
	stop   error // cause of a stop from outside
	mu     sync.Mutex
	ledger []*entry
	fired  []firing
	clock  atomic.Int64 // counts what happens, so that the test can tell what came first
}

// firing is a fault that has happened.
type firing struct {
	node  *simNode
	err   error
	at    time.Time
	atEnd bool // in the node's Flush, or after it
}

// mayBeIgnored says whether the node is a sink that may have been stopped alone before.
func (f firing) mayBeIgnored() bool {
	return !f.node.haltedAt.IsZero() && !f.at.Before(f.node.haltedAt)
}

func (f firing) explains(err *NodeError) bool {
	same := errors.Is(err, f.err) || f.node.fault.way == 2 && errors.Is(err, errGoexit)
	return same && f.node.name == err.Node && f.node.chain == err.Stream
}

// give makes a new entry and hands it over with send.
func (w *world) give(edge *tally, key string, send func(v int) error) error {
	edge.started.Add(1)
	e := &entry{key: key, edge: edge}
	w.mu.Lock()
	v := len(w.ledger)
	w.ledger = append(w.ledger, e)
	w.mu.Unlock()
	sent := edge.emit(key, w.clock.Add(1))
	err := send(v)
	edge.returned.Add(1)
	edge.emitEnd(sent, w.clock.Add(1))
	if err == nil {
		edge.accepted.Add(1)
		return nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	e.refused = e.processed == 0
	if e.freed != 1 && !edge.shared {
		w.t.Errorf("item %q of a send that failed was freed %d times", e.key, e.freed)
	}
	return err
}

// emit notes a send to the sinks.
func (t *tally) emit(key string, now int64) (index int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.shared {
		t.emitted = append(t.emitted, emission{key: key, from: now})
	}
	return len(t.emitted) - 1
}

func (t *tally) emitEnd(index int, now int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.shared {
		t.emitted[index].to = now
	}
}

// process notes that a processor has taken an item, and returns its key.
func (w *world) process(v int) string { return w.processFrom(v, nil) }

// processFrom notes that a node has taken an item from an edge; nil: the one that it was given to.
func (w *world) processFrom(v int, edge *tally) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	e := w.ledger[v]
	e.processed++
	if edge == nil {
		edge = e.edge
	}
	edge.processed.Add(1)
	return e.key
}

func (w *world) free(v int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	e := w.ledger[v]
	e.freed++
	e.edge.freed.Add(1)
}

// wanted says whether the owner of an item still wants it when its turn comes.
func (w *world) wanted(v int) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	e := w.ledger[v]
	return !e.edge.withdraws || !withdrawn(e.key)
}

// firedBefore says whether a fault that must keep n from being flushed has happened.
func (w *world) firedBefore(n *simNode) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.ContainsFunc(w.fired, func(f firing) bool {
		upstream := n.chain == NoStream || f.node.chain == n.chain && f.node.position < n.position
		// A sink goes on if another one has failed at its end, or fails at this moment.
		beside := f.node.chain == NoStream && (f.atEnd || !f.at.Before(time.Now()))
		return upstream && f.node != n && !beside && !f.mayBeIgnored()
	})
}

// fault makes the nth call of a kind fail in some way.
type fault struct {
	call string
	nth  int
	way  int // 0 returns an error, 1 panics with it, 2 exits the goroutine
	err  error
}

// simNode is what simulated processors and sinks have in common.
type simNode struct {
	world    *world
	name     string
	chain    int // NoStream for the sink
	position int // in the chain
	rng      *rand.Rand
	fault    *fault

	guest    bool
	fired    bool      // the fault has happened
	haltedAt time.Time // when a sink was stopped from outside; zero: it was not

	inCall atomic.Bool
	calls  map[string]int
	failed bool
}

func (n *simNode) pause() {
	if n.rng.IntN(3) == 0 {
		time.Sleep(time.Duration(n.rng.IntN(50)) * 2 * time.Microsecond)
	}
}

// call is where each call into the node passes: it asserts that the engine may make this call now,
// and may let it fail.
func (n *simNode) call(name string, f func() error) error {
	if !n.inCall.CompareAndSwap(false, true) {
		n.world.t.Errorf("%s: two calls at once", n.name)
	}
	defer n.inCall.Store(false)
	if n.calls["Close"] > 0 {
		n.world.t.Errorf("%s: %s after Close", n.name, name)
	}
	if n.failed && name != "Close" {
		n.world.t.Errorf("%s: %s after a failure", n.name, name)
	}
	if n.calls["Flush"] > 0 && name != "Close" {
		n.world.t.Errorf("%s: %s after Flush", n.name, name)
	}
	n.calls[name]++
	n.pause()
	if n.fault != nil && n.fault.call == name && n.fault.nth == n.calls[name] {
		n.failed = true
		return n.world.fire(n)
	}
	err := f()
	n.failed = n.failed || err != nil
	return err
}

// flush is the part of Flush that processors and sinks have in common.
func (n *simNode) flush(ctx context.Context, f func() error) error {
	if errors.Is(context.Cause(ctx), n.world.stop) || n.world.firedBefore(n) {
		n.world.t.Errorf("%s: Flush on a hard stop", n.name)
	}
	return n.call("Flush", f)
}

func (n *simNode) Close() {
	_ = n.call("Close", func() error { return nil })
}

func (w *world) fire(n *simNode) error {
	w.mu.Lock()
	n.fired = true
	if !n.guest {
		w.fired = append(w.fired, firing{n, n.fault.err, time.Now(), n.calls["Flush"] > 0})
	}
	w.mu.Unlock()
	switch n.fault.way {
	case 1:
		panic(n.fault.err)
	case 2:
		runtime.Goexit()
	}
	return n.fault.err
}
