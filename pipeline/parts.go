package pipeline

import (
	"fmt"
	"slices"
	"sync"
)

// parts are what a run consists of. Functions that wire the graph add to them. From Start on, only
// sinks come and go.
type parts struct {
	*life

	sources   []feeder
	loops     []func()  // one for each copy of each processor
	sinkLoops []func()  // one for each sink that Start starts
	supplies  []*Supply // of sinks that Start starts
	calls     longCalls
	open      int // outlets that are not connected yet

	feeders map[int][]feeder   // the sources of each stream; set by Start
	flow    map[int][]anyActor // the processors of each stream, in the order of the flow; set by Start

	mu     sync.Mutex // may be held by senders of items, so whoever holds it must not wait
	actors []anyActor
	edges  []*edge
	seats  []*Seat // sinks that have not ended
	full   bool    // no sink may join any more
}

// trace tells each Supply the sources and the actors of its stream.
func (p *parts) trace() {
	p.feeders, p.flow = map[int][]feeder{}, map[int][]anyActor{}
	for _, s := range p.sources {
		p.feeders[s.streamOf()] = append(p.feeders[s.streamOf()], s)
	}
	for _, a := range p.actors {
		if stream := a.streamOf(); stream != NoStream {
			p.flow[stream] = append(p.flow[stream], a)
		}
	}
	for _, s := range p.supplies {
		p.supply(s)
	}
	p.calls.sources = p.sources
}

// supply tells a Supply the sources and the actors of its stream.
func (p *parts) supply(s *Supply) { s.sources, s.actors = p.feeders[s.stream], p.flow[s.stream] }

// checkConnected panics if the graph has loose ends, because the program that wires the graph is
// wrong.
func (p *parts) checkConnected() {
	if p.open != 0 {
		panic(fmt.Sprintf("pipeline: %d outlets are not connected", p.open))
	}
}

// admitNoMore makes all later calls that join a sink fail.
func (p *parts) admitNoMore() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.full = true
}

// members returns the actors that are in the graph now.
func (p *parts) members() []anyActor {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.actors)
}

// seated returns the sinks that have not ended.
func (p *parts) seated() []*Seat {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.seats)
}
