package pipeline

import "fmt"

func newOutlet[T any](run *Run, from string, stream int) *Outlet[T] {
	run.open++
	return &Outlet[T]{run: run, from: from, stream: stream}
}

// Connect adds a node to the graph, behind from. With several copies of a processor, which must be alike, they work at the same
// time on successive items; what they emit keeps the order of what they took. The run closes them.
func Connect[In, Out any](from *Outlet[In], name string, queue Queue[In], copies ...Processor[In, Out]) *Outlet[Out] {
	run := from.run
	a := newActor(run, name, from.stream, newInbox(queue, 1))
	from.connect(a.in, name)
	out := newOutlet[Out](run, name, from.stream)
	a.finish = out.finish
	stages := make([]stage[In], len(copies))
	for i, p := range copies {
		stages[i] = &processorStage[In, Out]{actor: a, node: p, out: out}
	}
	a.waker, _ = copies[0].(Waker)
	register(a, stages)
	return out
}

// Join adds the end of a graph, behind all of from, which become its inputs 0, 1, … They share one queue, so the sink never
// waits on one of them while another has something. The run closes it.
func Join[In any](name string, queue Queue[In], sink Sink[In], from ...*Outlet[In]) {
	run := from[0].run
	a := newActor(run, name, NoStream, newInbox(queue, len(from)))
	for _, o := range from {
		o.connect(a.in, name)
	}
	a.waker, _ = sink.(Waker)
	a.syncs = make(chan *syncMark)
	run.syncs = append(run.syncs, a.syncs)
	register(a, []stage[In]{&sinkStage[In]{run: run, node: sink, passed: make([]int64, len(from))}})
}

func newActor[In any](run *Run, name string, stream int, in *inbox[In]) *actor[In] {
	a := &actor[In]{run: run, name: name, stream: stream, in: in}
	a.turns.passed.L = &a.turns.mu
	return a
}

// anyActor is an actor of whatever it takes.
type anyActor interface {
	stats() NodeStats
	stuck() bool
	wake()
	label() (name string, stream int)
}

// register enters an actor with its stages into the run, which starts them in Start.
func register[In any](a *actor[In], stages []stage[In]) {
	a.copies.Store(int32(len(stages)))
	a.run.actors = append(a.run.actors, a)
	for _, s := range stages {
		a.run.loops = append(a.run.loops, func() { a.loop(s) })
	}
}

// checkConnected panics if the graph has loose ends: that is a mistake of the program that wires it.
func (r *Run) checkConnected() {
	if r.open != 0 {
		panic(fmt.Sprintf("pipeline: %d outlets are not connected", r.open))
	}
}
