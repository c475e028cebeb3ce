package pipeline

import (
	"fmt"
	"sync"
	"time"
)

// Connect adds a node to the graph, behind from. With several copies of a processor, which must be alike, they work at the same
// time on successive items; what they emit keeps the order of what they took. So that is for processors that hold nothing back.
// A run that was started closes them.
func Connect[In, Out any](from *Outlet[In], name string, queue Queue[In], copies ...Processor[In, Out]) *Outlet[Out] {
	run := from.run
	a := newActor(run, name, from.stream, newInbox(queue, 1), len(copies))
	from.connect(a.in, name)
	out := newOutlet[Out](run, name, from.stream)
	a.finish = out.finish
	for _, p := range copies {
		w := newWorker(a, p)
		w.stage = newProcessorStage(w, p, out)
		a.add(w)
	}
	return out
}

// Join adds the end of a graph, behind all of from, which become its inputs 0, 1, … They share one queue, so the sink never
// waits on one of them while another has something. A run that was started closes it.
func Join[In any](name string, queue Queue[In], sink Sink[In], from ...*Outlet[In]) {
	a := newActor(from[0].run, name, NoStream, newInbox(queue, len(from)), 1)
	a.in.marksEnds = true
	for _, o := range from {
		o.connect(a.in, name)
	}
	s := &sinkStage[In]{node: sink, passed: make([]int64, len(from))}
	a.syncs, a.accept = make(chan *syncMark), s.accept
	a.run.syncs = append(a.run.syncs, a.syncs)
	a.run.ending.unflushed++
	w := newWorker(a, sink)
	w.stage = s
	w.alarm.node, _ = sink.(Ticker)
	if node, ok := sink.(Expectant); ok {
		node.Expect(newSupplies(a.run, a.in.edges))
	}
	a.add(w)
}

func newActor[In any](run *Run, name string, stream int, in *inbox[In], copies int) *actor[In] {
	if copies == 0 {
		panic("pipeline: " + name + " has no processor")
	}
	a := &actor[In]{run: run, name: name, stream: stream, in: in, turns: newTurns(copies)}
	a.running.Store(int32(copies))
	run.actors = append(run.actors, a)
	return a
}

// add adds a copy, which Start starts.
func (a *actor[In]) add(w *worker[In]) {
	a.copies = append(a.copies, w)
	a.run.loops = append(a.run.loops, w.loop)
}

// anyActor is an actor of whatever it takes.
type anyActor interface {
	stats() NodeStats
	stuck() bool
	failIfStalled(timeout time.Duration)
	streamOf() int
	works(stream int) bool
	wake(waking *sync.WaitGroup)
}

// checkConnected panics if the graph has loose ends: that is a mistake of the program that wires it.
func (r *Run) checkConnected() {
	if r.open != 0 {
		panic(fmt.Sprintf("pipeline: %d outlets are not connected", r.open))
	}
}
