package diagnosis

import (
	"fmt"
	"strings"
	"time"

	"github.com/avloom/avloom/pipeline"
)

// notable is the share of the time above which waiting is not by chance.
const notable = 0.05

// leastLag is the media time by which a stream must be behind before Bottleneck reports that others
// wait for it.
const leastLag = time.Second

// lost tells how many packets each output has lost.
func (s *Run) lost() (limits []Limit) {
	for _, o := range s.Outputs {
		if o.Lost > 0 {
			text := fmt.Sprintf("%s (%s) lost %d packets", o.Node, o.State, o.Lost)
			l := Limit{Kind: LimitLost, Node: o.Node, Stream: pipeline.NoStream, Count: o.Lost, Text: text}
			limits = append(limits, l)
		}
	}
	return limits
}

// dropped tells how many frames of each stream were dropped.
func (s *Run) dropped() (limits []Limit) {
	for i := range s.Streams {
		t := &s.Streams[i]
		if t.Dropped > 0 {
			text := fmt.Sprintf("stream %d dropped %d of %d frames", t.Index, t.Dropped, t.Accepted+t.Dropped)
			limits = append(limits, Limit{Kind: LimitDropped, Stream: t.Index, Count: t.Dropped, Text: text})
		}
	}
	return limits
}

// limit returns the index of the node that limits the run; -1: the caller does.
func (s *Run) limit() int {
	limit, notFed := s.busiest(), 1-share(s.Called, s.Elapsed)
	pressed := s.pressed()
	if pressed >= 0 && s.busy(limit) < notable { // a snapshot without the times of nodes
		limit = pressed
	}
	unknown := s.Called <= 0 && s.received() > 0 // a snapshot without the times of callers
	switch {
	case limit >= 0 && s.busy(limit) >= 0.5 && len(s.dropped()) > 0: // the caller was not waited for
		return limit
	case limit < 0, !unknown && notFed > s.busy(limit), unknown && pressed < 0 && s.busy(limit) < 0.5:
		return -1
	default:
		return limit
	}
}

// busiest returns the index of the node that was busy for the largest share of the time; -1: there
// is no node.
func (s *Run) busiest() int {
	busiest := -1
	for i := range s.Nodes {
		if s.canLimit(&s.Nodes[i]) && (busiest < 0 || s.busy(i) > s.busy(busiest)) {
			busiest = i
		}
	}
	return busiest
}

// pressed returns the index of the node behind the last queue for which a sender notably waits: the
// queues before it are full because of that one. It returns -1 if there is none.
func (s *Run) pressed() int {
	edge := -1
	for i, e := range s.Edges {
		if share(e.Blocked, s.Elapsed) > notable && (edge < 0 || e.Blocked > s.Edges[edge].Blocked*3/4) {
			edge = i
		}
	}
	if edge < 0 {
		return -1
	}
	for i, n := range s.Nodes {
		if takesFrom(n, s.Edges[edge]) {
			return i
		}
	}
	return -1
}

// takesFrom reports whether a node receives the items of an edge.
func takesFrom(n pipeline.NodeStats, e pipeline.EdgeStats) bool {
	return n.Name == e.To && (n.Stream == e.Stream || n.Stream == pipeline.NoStream)
}

// received returns how many items all nodes have received.
func (s *Run) received() (n int64) {
	for _, e := range s.Edges {
		n += e.Received
	}
	return n
}

// busy returns the share of the time in which a node was busy, as the mean of its copies.
func (s *Run) busy(node int) float64 {
	if node < 0 {
		return 0
	}
	n := &s.Nodes[node]
	return share(n.Busy, s.Elapsed*time.Duration(max(n.Copies, 1)))
}

// actorText tells why a node limits the run.
func (s *Run) actorText(node int) string {
	n := &s.Nodes[node]
	busy := fmt.Sprintf("it was busy %.0f %% of the time", 100*s.busy(node))
	if n.Copies > 1 {
		busy += fmt.Sprintf(", with all of its %d copies", n.Copies)
	}
	reasons := []string{busy + s.slowWritesText(n)}
	e := s.mostBlocked(node)
	if e != nil {
		reasons = append(reasons, s.waitText(e, n))
	}
	if n.InCall >= time.Second && !s.Over {
		lasted := n.InCall.Round(100 * time.Millisecond)
		reasons = append(reasons, fmt.Sprintf("its present call has taken %v so far", lasted))
	}
	return nodeText(n) + ": " + strings.Join(reasons, ", and ")
}

// waitText tells how long the sender of an edge waited for a node. It names the sender's stream
// only if the node serves several.
func (s *Run) waitText(e *pipeline.EdgeStats, n *pipeline.NodeStats) string {
	sender := e.From
	if n.Stream == pipeline.NoStream {
		sender = fmt.Sprintf("%s (stream %d)", e.From, e.Stream)
	}
	return fmt.Sprintf("%s waited for it %.0f %%", sender, 100*share(e.Blocked, s.Elapsed))
}

// waitsForWrites reports whether a node is a muxer that is busy because its destination is slow.
func (s *Run) waitsForWrites(n *pipeline.NodeStats) bool {
	return n.Stream == pipeline.NoStream && share(s.Writing, n.Busy) > 0.5
}

// slowWritesText tells that a muxer is busy because its destination is slow; "" otherwise. Of
// several outputs, only the longest time is known.
func (s *Run) slowWritesText(n *pipeline.NodeStats) string {
	switch {
	case !s.waitsForWrites(n):
		return ""
	case len(s.muxes()) > 1:
		const text = ", and writes to the slowest destination took %.0f %% of the time"
		return fmt.Sprintf(text, 100*share(s.Writing, s.Elapsed))
	default:
		const text = ", and %.0f %% of that in writes to the destination, which is slow"
		return fmt.Sprintf(text, 100*share(s.Writing, n.Busy))
	}
}

// mostBlocked returns the edge into a node on which a sender waited longest; nil if none waited
// notably.
func (s *Run) mostBlocked(node int) *pipeline.EdgeStats {
	var most *pipeline.EdgeStats
	for i := range s.Edges {
		e := &s.Edges[i]
		waited := takesFrom(s.Nodes[node], *e) && share(e.Blocked, s.Elapsed) > notable
		if waited && (most == nil || e.Blocked > most.Blocked) {
			most = e
		}
	}
	return most
}

// callerText tells why the caller limits the run.
func (s *Run) callerText() string {
	if s.received() == 0 {
		return "the caller: nothing has been fed"
	}
	most := ""
	busiest := s.busiest()
	if busiest >= 0 {
		const text = ", and no actor was busy more than %.0f %% (%s)"
		most = fmt.Sprintf(text, 100*s.busy(busiest), nodeText(&s.Nodes[busiest]))
	}
	if s.Called <= 0 {
		return "the caller: no actor waits for another" + most + "; more could be fed"
	}
	const text = "the caller: nothing was being fed %.0f %% of the time%s; more could be fed"
	return fmt.Sprintf(text, 100*(1-share(s.Called, s.Elapsed)), most)
}

// lagging tells which stream the muxer waits for, if it waits for long.
func (s *Run) lagging() (l Limit, found bool) {
	waiting, lagging := s.mostAdvanced(), s.leastAdvanced()
	if waiting == nil || lagging == nil || s.Over {
		return Limit{}, false
	}
	lag := waiting.Encoded - lagging.Encoded
	if lag < leastLag {
		return Limit{}, false
	}
	why := "its encoder has more to give"
	if lagging.Fed < waiting.Encoded-leastLag {
		why = "the caller has fed no more of it; End it if nothing is to come"
	}
	text := fmt.Sprintf("mux holds %d packets of stream %d back for stream %d (%s), which is %v behind: %s",
		waiting.Held, waiting.Index, lagging.Index, lagging.Kind, lag.Round(100*time.Millisecond), why)
	return Limit{Kind: LimitStream, Node: "mux", Stream: lagging.Index, Count: waiting.Held, Text: text}, true
}

// mostAdvanced returns the stream of which most was encoded, among those of which the muxer holds
// packets back; nil: there is none.
func (s *Run) mostAdvanced() (most *Stream) {
	for i := range s.Streams {
		t := &s.Streams[i]
		if t.Held > 0 && !t.isSparse() && (most == nil || t.Encoded > most.Encoded) {
			most = t
		}
	}
	return most
}

// isSparse says whether nothing waits for the stream, and packets of it are held until their time.
func (t *Stream) isSparse() bool { return t.Kind == "subtitles" }

// leastAdvanced returns the stream of which least was encoded, among those that have not ended;
// nil: there is none.
func (s *Run) leastAdvanced() (least *Stream) {
	for i := range s.Streams {
		t := &s.Streams[i]
		if !t.Ended && !t.isSparse() && (least == nil || t.Encoded < least.Encoded) {
			least = t
		}
	}
	return least
}
