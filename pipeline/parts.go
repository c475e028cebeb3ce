package pipeline

import "fmt"

// parts are what a run consists of. Functions that wire the graph add to them; from Start on they
// do not change.
type parts struct {
	*life

	sources  []feeder
	actors   []anyActor
	loops    []func() // one for each copy of each node
	edges    []*edge
	supplies []*Supply
	syncs    []chan *syncMark // one for each sink
	calls    longCalls
	open     int // outlets that are not connected yet
}

// trace tells each Supply the sources and the actors of its stream.
func (p *parts) trace() {
	sources, actors := map[int][]feeder{}, map[int][]anyActor{}
	for _, s := range p.sources {
		sources[s.streamOf()] = append(sources[s.streamOf()], s)
	}
	for _, a := range p.actors {
		if stream := a.streamOf(); stream != NoStream {
			actors[stream] = append(actors[stream], a)
		}
	}
	for _, s := range p.supplies {
		s.sources, s.actors = sources[s.stream], actors[s.stream]
	}
	p.calls.sources = p.sources
}

// checkConnected panics if the graph has loose ends, because the program that wires the graph is
// wrong.
func (p *parts) checkConnected() {
	if p.open != 0 {
		panic(fmt.Sprintf("pipeline: %d outlets are not connected", p.open))
	}
}
