package api

import (
	"fmt"
	"time"

	"github.com/avloom/avloom/pipeline"
)

// Stats is a snapshot of a run.
type Stats struct {
	Elapsed      time.Duration // since Open; final once the run is over
	BytesWritten int64         // the size of what is at the destination
	Nodes        []NodeStats
	Edges        []EdgeStats
	Abandoned    int // actors, and calls of Open, left behind in a call that did not return within a second of the end
}

// NodeStats counts what one node did.
type NodeStats = pipeline.NodeStats

// EdgeStats counts what happened between two actors. At every moment Sent = Received + Queued + Freed.
type EdgeStats = pipeline.EdgeStats

// Stats returns a snapshot, at any time; all zero before Open.
func (e *Encoder) Stats() Stats {
	e.mu.Lock()
	r := e.run
	e.mu.Unlock()
	if r == nil {
		return Stats{Abandoned: int(e.leftBehind.Load())}
	}
	s := Stats{BytesWritten: r.dst.Written(), Elapsed: r.since()}
	s.Nodes, s.Edges, s.Abandoned = r.Stats()
	s.Abandoned += int(e.leftBehind.Load())
	return s
}

func (r *run) since() time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.elapsed > 0 {
		return r.elapsed
	}
	return time.Since(r.start)
}

// Bottleneck says in words which actor limits the run, and why: the last one behind a queue that makes its sender wait, or else
// the caller.
func (s Stats) Bottleneck() string {
	if s.Elapsed <= 0 || len(s.Edges) == 0 {
		return "nothing has run yet"
	}
	const notable = 0.05 // of the time
	limit := -1
	for i, e := range s.Edges {
		if e.Blocked.Seconds() > notable*s.Elapsed.Seconds() {
			if limit < 0 || e.Blocked > s.Edges[limit].Blocked*3/4 {
				limit = i
			}
		}
	}
	if limit < 0 {
		return "the caller: no actor waits for another, so more could be fed"
	}
	e := s.Edges[limit]
	return fmt.Sprintf("%s (stream %d): %s waited for it %.0f %% of the time, and it was busy %.0f %%",
		e.To, e.Stream, e.From, percent(e.Blocked, s.Elapsed), percent(s.busy(e), s.Elapsed))
}

func (s Stats) busy(e EdgeStats) time.Duration {
	for _, n := range s.Nodes {
		if n.Name == e.To && (n.Stream == e.Stream || n.Stream == pipeline.NoStream) {
			return n.Busy
		}
	}
	return 0
}

func percent(part, whole time.Duration) float64 { return 100 * part.Seconds() / whole.Seconds() }
