package pipeline

import (
	"slices"
	"sync"
	"time"
)

// Expectant is what a Sink implements that must know what may still come to its inputs.
type Expectant interface {
	// Expect is called once, before the run starts, with one Supply for each input.
	Expect(supplies []*Supply)
}

// Supply is what a sink can learn about one of its inputs: whether something is on its way, and when the program last fed
// the source. Its methods may be called from within the calls into the sink. They do not wait.
type Supply struct {
	run    *Run
	stream int
	edge   *edge // the last one, into the sink

	sources []feeder   // of the stream; set by Start
	actors  []anyActor // of the stream, in the order of the flow; set by Start
}

// newSupplies returns a Supply for each edge into a sink.
func newSupplies(run *Run, edges []*edge) []*Supply {
	supplies := make([]*Supply, len(edges))
	for i, e := range edges {
		supplies[i] = &Supply{run: run, stream: e.stream, edge: e}
	}
	run.supplies = append(run.supplies, supplies...)
	return supplies
}

// trace finds the sources and the actors through which each supply comes.
func (r *Run) trace() {
	sources, actors := map[int][]feeder{}, map[int][]anyActor{}
	for _, s := range r.sources {
		sources[s.streamOf()] = append(sources[s.streamOf()], s)
	}
	for _, a := range r.actors {
		if stream := a.streamOf(); stream != NoStream {
			actors[stream] = append(actors[stream], a)
		}
	}
	for _, s := range r.supplies {
		s.sources, s.actors = sources[s.stream], actors[s.stream]
	}
}

// Underway says whether something is on its way to the input: in a queue, in a node's hands, or still to be flushed
// because its source has ended. What a node keeps for later, such as an encoder that looks ahead, does not count.
func (s *Supply) Underway() bool {
	for _, source := range s.sources {
		if source.hasEnded() {
			return true // what is left comes by itself, and the end of the input after it
		}
	}
	for _, a := range s.actors { // what moves on meanwhile is found further down
		if a.works(s.stream) {
			return true
		}
	}
	return s.edge.stats().Queued > 0
}

// FedAt returns when a source of this input last accepted something, as the time since the run was made; 0: never.
func (s *Supply) FedAt() (at time.Duration) {
	for _, source := range s.sources {
		at = max(at, source.fedAt())
	}
	return at
}

// SilentAt returns the moment, as the time since the run was made, at which the program will have fed nothing here for so
// long. An input that was never fed counts from the moment from.
//
// The longest call in which the program fed another stream meanwhile does not count. A program that feeds all streams from
// one goroutine cannot feed this one while it waits in that call; so however slow an encoder is, it makes no stream silent.
func (s *Supply) SilentAt(from, long time.Duration) time.Duration {
	if at := s.FedAt(); at > 0 {
		from = at
	}
	silent := from + long
	if now := s.run.age(); silent > now {
		return silent
	}
	return silent + s.run.calls.longest(s, from)
}

// Age is how long ago the run was made.
func (s *Supply) Age() time.Duration { return s.run.age() }

// age is how long ago the run was made, at least 1 ns.
func (r *Run) age() time.Duration { return max(time.Since(r.made), 1) }

// span is a stretch of time, since the run was made. Its begin is 0 where there is none, and its end while it goes on.
type span struct{ begin, end time.Duration }

// within returns how much of the span lies between two moments.
func (s span) within(from, to time.Duration) time.Duration {
	switch {
	case s.begin == 0:
		return 0
	case s.end > 0:
		to = min(to, s.end)
	}
	return max(0, to-max(from, s.begin))
}

// Calls that are shorter do not matter, and the list of longer ones is made anew no more often than that.
const shortCall = 10 * time.Millisecond

// longCalls are the calls in which sources were fed that took long: of each source the one under way, or the last.
type longCalls struct {
	mu     sync.Mutex
	listed time.Duration // when the list was made; 0: never
	list   []longCall
}

type longCall struct {
	of feeder
	span
}

// longest returns the length of the longest call that fed another stream than s after a moment.
func (c *longCalls) longest(s *Supply, from time.Duration) (longest time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := s.run.age()
	if c.listed == 0 || now-c.listed > shortCall {
		c.listed, c.list = now, c.list[:0]
		for _, source := range s.run.sources {
			if call := source.lastCall(); call.within(0, now) > shortCall {
				c.list = append(c.list, longCall{source, call})
			}
		}
	}
	for _, call := range c.list {
		if !slices.Contains(s.sources, call.of) {
			longest = max(longest, call.within(from, now))
		}
	}
	return longest
}
