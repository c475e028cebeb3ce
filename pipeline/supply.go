package pipeline

import "time"

// Expectant is what a Sink implements that must know what may still come to its inputs.
type Expectant interface {
	// Expect is called once, with one Supply for each input, before the run starts or, for a sink that
	// joins a running graph, before it joins.
	Expect(supplies []*Supply)
}

// Supply tells a sink about one of its inputs: whether an item is on its way, and when the program
// last fed the source. Its methods may be called from within the calls into the sink. They do not
// wait.
type Supply struct {
	life   *life
	calls  *longCalls
	stream int
	edge   *edge // the last one, into the sink

	sources []feeder   // of the stream; set by Start
	actors  []anyActor // of the stream, in the order of the flow; set by Start
}

// newSupplies returns a Supply for each edge into a sink.
func newSupplies(p *parts, edges []*edge) []*Supply {
	supplies := make([]*Supply, len(edges))
	for i, e := range edges {
		supplies[i] = &Supply{life: p.life, calls: &p.calls, stream: e.stream, edge: e}
	}
	return supplies
}

// Underway says whether something is on its way to the input: in a queue, in a node's hands, or
// still to be flushed because the source has ended. Items that a node keeps for later, as an
// encoder that looks ahead does, do not count. Neither do items that wait for another sink.
func (s *Supply) Underway() bool {
	for _, source := range s.sources {
		if source.hasEnded() {
			return true // the remaining items come without more input, and the end of the input after them
		}
	}
	for _, a := range s.actors { // an item that moves on meanwhile is found further down
		if a.underway(s.stream) {
			return true
		}
	}
	return s.edge.stats().Queued > 0
}

// FedAt returns when a source of this input last accepted an item, as the time since the run was
// made; 0: never.
func (s *Supply) FedAt() (at time.Duration) {
	for _, source := range s.sources {
		at = max(at, source.fedAt())
	}
	return at
}

// SilentAt returns the moment, as the time since the run was made, at which the program will have
// fed nothing to this input for the duration long. For an input that was never fed, the duration
// begins at the moment from.
//
// The longest call in which the program fed another stream meanwhile does not count. A program that
// feeds all streams from one goroutine cannot feed this stream while it waits in that call.
// Therefore a slow encoder makes no stream silent.
func (s *Supply) SilentAt(from, long time.Duration) time.Duration {
	if at := s.FedAt(); at > 0 {
		from = at
	}
	silent, now := from+long, s.life.age()
	if silent > now {
		return silent
	}
	return silent + s.calls.longest(s.sources, from, now)
}

// Age is how long ago the run was made.
func (s *Supply) Age() time.Duration { return s.life.age() }
