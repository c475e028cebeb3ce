package pipeline

// Connect adds a node behind from. Several copies of a processor, which must be alike, work at the
// same time on successive items; the items that they emit keep the order of the items that they
// took. Only processors that hold nothing back can have copies. A run that was started closes all
// copies.
func Connect[In, Out any](from *Outlet[In], name string, queue Queue[In], copies ...Processor[In, Out]) *Outlet[Out] {
	run := from.run
	a := newActor(run, name, from.stream, newInbox(queue, 1), len(copies))
	from.connect(a.in, name)
	out := newOutlet[Out](run, name, from.stream)
	a.finish = out.finish
	for _, p := range copies {
		w := newWorker(a, p)
		w.stage = newProcessorStage(w, p, out)
		addWorker(run, a, w)
	}
	return out
}

// Join adds a sink behind all of from, which become its inputs 0, 1, … The inputs share one queue,
// so the sink never waits for one of them while another has an item. A graph may have several
// sinks, each joined to the same outlets. A run that was started closes the sink.
func Join[In any](name string, queue Queue[In], sink Sink[In], from ...*Outlet[In]) {
	run := from[0].run
	a := newActor(run, name, NoStream, newInbox(queue, len(from)), 1)
	a.in.marksEnds = true
	for _, o := range from {
		o.connect(a.in, name)
	}
	s := &sinkStage[In]{node: sink, passed: make([]int64, len(from))}
	a.syncs, a.accept = make(chan *syncMark), s.accept
	run.syncs = append(run.syncs, a.syncs)
	run.ending.unflushed++
	w := newWorker(a, sink)
	w.stage = s
	w.alarm.node, _ = sink.(Ticker)
	if node, ok := sink.(Expectant); ok {
		node.Expect(newSupplies(run, a.in.edges))
	}
	addWorker(run, a, w)
}

// addWorker adds a copy, which Start starts.
func addWorker[In any](run *parts, a *actor[In], w *worker[In]) {
	a.copies = append(a.copies, w)
	run.loops = append(run.loops, w.loop)
}
