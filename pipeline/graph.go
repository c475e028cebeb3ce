package pipeline

// Connect adds a node behind from. Several copies of a processor, which must be alike, work at the
// same time on successive items; the items that they emit keep the order of the items that they
// took. Only processors that hold nothing back can have copies. A run that was started closes all
// copies. Call it before Start.
func Connect[In, Out any](from *Outlet[In], name string, queue Queue[In], copies ...Processor[In, Out]) *Outlet[Out] {
	run := from.run
	in := newInbox(queue, 1, run.ctx.Done())
	from.checkShared(in, name)
	a := newActor(run.life, name, from.stream, in, len(copies))
	out := newOutlet[Out](run, name, from.stream)
	a.finish = out.finish
	for _, p := range copies {
		w := newWorker(a, p)
		w.stage = newProcessorStage(w, p, out)
		a.copies = append(a.copies, w)
		run.loops = append(run.loops, w.loop)
	}
	run.incomplete.Add(int32(len(copies)))
	c := from.newConsumer(in, name)
	run.mu.Lock()
	defer run.mu.Unlock()
	from.connect(c)
	run.actors, run.edges = append(run.actors, a), append(run.edges, c.edge)
	return out
}
