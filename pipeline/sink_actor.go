package pipeline

// sinkActor is the actor of a sink that takes items of any type.
type sinkActor interface {
	anyActor
	depth() int   // how many items may wait, over all inputs
	losing() bool // some input of a guest is losing items
	late() bool   // the node was in the same call at each of the last looks; one goroutine asks
	detach()      // takes the sink out of the graph, and frees what waits for it
}

func (a *actor[In]) depth() int { return a.in.depth }

func (a *actor[In]) losing() bool {
	for _, one := range a.admissions {
		if one.losing.Load() {
			return true
		}
	}
	return false
}

func (a *actor[In]) late() bool {
	w := a.copies[0]
	_, late := w.pulse.leave.look(&w.pulse, w.watched)
	return late
}

func (a *actor[In]) detach() {
	a.unplug()
	a.in.abandon()
}
