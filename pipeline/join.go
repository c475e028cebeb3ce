package pipeline

// Join adds a sink behind all of from, which become its inputs 0, 1, … The inputs share one queue,
// so the sink never waits for one of them while another has an item. A graph may have several
// sinks, each joined to the same outlets. A run that was started closes the sink.
//
// The sink is required: a full queue blocks its senders, its failure ends the run, and the run is
// over when it is done. Call Join before Start.
func Join[In any](name string, queue Queue[In], sink Sink[In], from ...*Outlet[In]) *Seat {
	j := &joining[In]{name: name, queue: queue, sink: sink, from: from}
	return j.beforeStart()
}

// JoinGuest adds a best-effort sink behind all of from: it may fall behind, fail or stall, and the
// run goes on without it. Guest tells how it loses items. When it ends, for whatever reason, it
// leaves the graph: what waits for it is freed, and its node is closed. [Seat.Err] tells why it
// ended.
//
// A guest that is flushed when the run is closed has one second for it after the required sinks are
// done, and Guest.ClosingTime. Run.Sync does not wait for it. Call JoinGuest before Start.
func JoinGuest[In any](
	name string, queue Queue[In], guest Guest[In], sink Sink[In], from ...*Outlet[In],
) *Seat {
	j := &joining[In]{name: name, queue: queue, sink: sink, from: from, isGuest: true, guest: guest}
	return j.beforeStart()
}

// JoinRunning adds a required sink, as Join does, to a graph that was started. Each input of the
// sink begins with the first item for which begins returns true, from the moment of the call on;
// nil: with the first item. Earlier items are not sent to the sink and are counted nowhere. begins
// is called as Guest.Begins is. An outlet whose producer has finished is an input that has ended.
//
// The sink joins on all inputs at the same moment. JoinRunning does not wait for senders, and may
// be called from any goroutine. It returns the run's cause if the run has stopped, and ErrClosing
// if it is being closed or is over. Then the sink still belongs to the caller.
func JoinRunning[In any](
	name string, queue Queue[In], begins func(input int, v In) bool, sink Sink[In], from ...*Outlet[In],
) (*Seat, error) {
	j := &joining[In]{name: name, queue: queue, sink: sink, from: from, guest: Guest[In]{Begins: begins}}
	return j.afterStart()
}

// JoinRunningGuest adds a best-effort sink, as JoinGuest does, to a graph that was started, as
// JoinRunning does.
func JoinRunningGuest[In any](
	name string, queue Queue[In], guest Guest[In], sink Sink[In], from ...*Outlet[In],
) (*Seat, error) {
	j := &joining[In]{name: name, queue: queue, sink: sink, from: from, isGuest: true, guest: guest}
	return j.afterStart()
}

// joining is a sink that joins a graph.
type joining[In any] struct {
	name    string
	queue   Queue[In]
	sink    Sink[In]
	from    []*Outlet[In]
	isGuest bool
	guest   Guest[In]

	worker    *worker[In]
	supplies  []*Supply
	consumers []*consumer[In]
}

func (j *joining[In]) beforeStart() *Seat {
	run := j.from[0].run
	if run.started.Load() {
		panic("pipeline: " + j.name + " joins a run that was started before")
	}
	seat := j.newSeat(run, true)
	run.supplies = append(run.supplies, j.supplies...)
	run.sinkLoops = append(run.sinkLoops, j.worker.loop)
	run.mu.Lock()
	defer run.mu.Unlock()
	j.enter(run, seat)
	return seat
}

func (j *joining[In]) afterStart() (*Seat, error) {
	run := j.from[0].run
	if !run.started.Load() {
		panic("pipeline: " + j.name + " joins a run that was not started")
	}
	seat := j.newSeat(run, false)
	for _, s := range j.supplies {
		run.supply(s)
	}
	run.mu.Lock()
	defer run.mu.Unlock()
	if run.full || run.stopped() {
		seat.cancel(nil)
		return nil, run.causeOr(ErrClosing)
	}
	j.enter(run, seat)
	go j.worker.loop()
	return seat, nil
}

// newSeat makes all that the sink needs in the graph. Nothing refers to it yet.
func (j *joining[In]) newSeat(run *Run, begun bool) *Seat {
	seat := newSeat(run, j.name, j.isGuest)
	seat.patience = guestPatience + j.guest.ClosingTime
	in := newSinkInbox(j.queue, len(j.from), j.isGuest, seat.ctx.Done())
	a := newActor(run.life, j.name, NoStream, in, 1)
	a.ctx, a.seat = seat.ctx, seat
	seat.actor = a
	for i, o := range j.from {
		o.checkShared(in, j.name)
		c := o.newConsumer(in, j.name)
		c.seat = seat
		if j.isGuest || !begun {
			c.admission = &admission[In]{Guest: j.guest, input: i, guest: j.isGuest}
			c.admission.began.Store(begun)
			a.admissions = append(a.admissions, c.admission)
		}
		j.consumers = append(j.consumers, c)
	}
	a.unplug = j.disconnect
	j.worker = newSinkWorker(a, j.sink)
	seat.syncs = a.syncs
	j.supplies = newSupplies(&run.parts, in.edges)
	if node, ok := j.sink.(Expectant); ok {
		node.Expect(j.supplies)
	}
	return seat
}

// enter makes the sink a part of the graph. Call it with run.mu held.
func (j *joining[In]) enter(run *Run, seat *Seat) {
	for i, c := range j.consumers {
		if j.from[i].finished {
			c.in.ch <- message[In]{kind: endOfInput, input: i} // the queue is empty
		}
	}
	for i, c := range j.consumers {
		j.from[i].connect(c)
		seat.edges = append(seat.edges, c.edge)
	}
	run.actors, run.edges = append(run.actors, seat.actor), append(run.edges, seat.edges...)
	run.seats = append(run.seats, seat)
	if !j.isGuest {
		run.running.Add(1)
		run.incomplete.Add(1)
		run.addUnflushed()
	}
}

// disconnect lets no more items be sent to the sink.
func (j *joining[In]) disconnect() {
	run := j.from[0].run
	run.mu.Lock()
	defer run.mu.Unlock()
	for i, c := range j.consumers {
		c.closed.Store(true)
		j.from[i].disconnect(c)
	}
}
