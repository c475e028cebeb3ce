package diagnosis

import (
	"fmt"
	"strings"
	"time"

	"github.com/avloom/avloom/pipeline"
)

// notable is the share of the time from which waiting is more than chance.
const notable = 0.05

// behindAtLeast is by how much media time a stream must be behind before others are said to wait
// for it.
const behindAtLeast = time.Second

// Bottleneck says in words which actor limits the run, and why: the one that is busy most of the
// time, or the caller, where nobody feeds the encoder for longer than that. It also says if the
// muxer waits for a stream that lags behind, and for how long a call has gone on, if for long.
func (s *Run) Bottleneck() string {
	if s.Elapsed <= 0 || len(s.Edges) == 0 {
		return "nothing has run yet: the encoder is not open"
	}
	limit := s.limit()
	said := s.caller()
	if limit >= 0 {
		said = s.actor(limit)
	}
	if behind := s.starving(); behind != "" {
		said += "; " + behind
	}
	return said
}

// limit returns the node that limits the run; -1: the caller does.
func (s *Run) limit() int {
	limit, away := s.busiest(), 1-share(s.Called, s.Elapsed)
	pressed := s.pressed()
	if pressed >= 0 && s.busy(limit) < notable { // as in a snapshot without times of nodes
		limit = pressed
	}
	unknown := s.Called <= 0 && s.received() > 0 // as in a snapshot without times of callers
	switch {
	case limit < 0, !unknown && away > s.busy(limit), unknown && pressed < 0 && s.busy(limit) < 0.5:
		return -1
	default:
		return limit
	}
}

// busiest returns the node that was busy for the largest share of the time.
func (s *Run) busiest() int {
	busiest := -1
	for i := range s.Nodes {
		if busiest < 0 || s.busy(i) > s.busy(busiest) {
			busiest = i
		}
	}
	return busiest
}

// pressed returns the last node behind a queue for which its sender notably waits; -1: there is
// none.
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
		if behind(s.Edges[edge], n) {
			return i
		}
	}
	return -1
}

// behind says whether a node takes from an edge.
func behind(e pipeline.EdgeStats, n pipeline.NodeStats) bool {
	return n.Name == e.To && (n.Stream == e.Stream || n.Stream == pipeline.NoStream)
}

func (s *Run) received() (n int64) {
	for _, e := range s.Edges {
		n += e.Received
	}
	return n
}

// busy is the share of the time that a node was busy, over all of its copies.
func (s *Run) busy(node int) float64 {
	if node < 0 {
		return 0
	}
	n := &s.Nodes[node]
	return share(n.Busy, s.Elapsed*time.Duration(max(n.Copies, 1)))
}

// actor says why a node limits the run.
func (s *Run) actor(node int) string {
	n := &s.Nodes[node]
	said := []string{fmt.Sprintf("it was busy %.0f %% of the time", 100*s.busy(node))}
	if n.Copies > 1 {
		said[0] += fmt.Sprintf(", with all of its %d copies", n.Copies)
	}
	said[0] += s.slowWrites(n)
	if e := s.mostBlocked(node); e != nil {
		said = append(
			said,
			fmt.Sprintf(
				"%s%s waited for it %.0f %%",
				e.From,
				ofStream(n.Stream == pipeline.NoStream, e.Stream),
				100*share(e.Blocked, s.Elapsed),
			),
		)
	}
	if n.InCall >= time.Second && !s.Over {
		said = append(said, fmt.Sprintf("its present call has taken %v so far", n.InCall.Round(100*time.Millisecond)))
	}
	return fmt.Sprintf("%s%s: %s", n.Name, ofStream(n.Stream != pipeline.NoStream, n.Stream), strings.Join(said, ", and "))
}

// slowWrites says that a muxer is busy because its destination is slow. Of several outputs only the
// longest time is known.
func (s *Run) slowWrites(n *pipeline.NodeStats) string {
	writing := share(s.Writing, n.Busy)
	switch {
	case n.Stream != pipeline.NoStream || writing <= 0.5:
		return ""
	case len(s.muxes()) > 1:
		return fmt.Sprintf(
			", and writes to the slowest destination took %.0f %% of the time",
			100*share(s.Writing, s.Elapsed),
		)
	default:
		return fmt.Sprintf(", and %.0f %% of that in writes to the destination, which is slow", 100*writing)
	}
}

func ofStream(say bool, stream int) string {
	if !say {
		return ""
	}
	return fmt.Sprintf(" (stream %d)", stream)
}

// mostBlocked returns the edge into a node for which its sender waited longest, if that is notable.
func (s *Run) mostBlocked(node int) *pipeline.EdgeStats {
	var most *pipeline.EdgeStats
	for i := range s.Edges {
		e := &s.Edges[i]
		if behind(*e, s.Nodes[node]) && share(e.Blocked, s.Elapsed) > notable && (most == nil || e.Blocked > most.Blocked) {
			most = e
		}
	}
	return most
}

// caller says why the caller limits the run.
func (s *Run) caller() string {
	if s.received() == 0 {
		return "the caller: nothing has been fed"
	}
	most := ""
	if busiest := s.busiest(); busiest >= 0 {
		n := &s.Nodes[busiest]
		most = fmt.Sprintf(
			", and no actor was busy more than %.0f %% (%s)",
			100*s.busy(busiest),
			n.Name+ofStream(n.Stream != pipeline.NoStream, n.Stream),
		)
	}
	if s.Called <= 0 {
		return "the caller: no actor waits for another" + most + "; more could be fed"
	}
	return fmt.Sprintf(
		"the caller: nothing was being fed %.0f %% of the time%s; more could be fed",
		100*(1-share(s.Called, s.Elapsed)),
		most,
	)
}

// starving says which stream keeps the muxer waiting, if one does.
func (s *Run) starving() string {
	lead, last := -1, -1
	for i := range s.Streams {
		if t := &s.Streams[i]; t.Held > 0 && (lead < 0 || t.Encoded > s.Streams[lead].Encoded) {
			lead = i
		}
		if t := &s.Streams[i]; !t.Ended && (last < 0 || t.Encoded < s.Streams[last].Encoded) {
			last = i
		}
	}
	if lead < 0 || last < 0 || s.Over {
		return ""
	}
	waiting, lagging := &s.Streams[lead], &s.Streams[last]
	lag := waiting.Encoded - lagging.Encoded
	if lag < behindAtLeast {
		return ""
	}
	why := "its encoder has more to give"
	if lagging.Fed < waiting.Encoded-behindAtLeast {
		why = "the caller has fed no more of it; End it if nothing is to come"
	}
	return fmt.Sprintf("mux holds %d packets of stream %d back for stream %d (%s), which is %v behind: %s",
		waiting.Held, waiting.Stream, lagging.Stream, lagging.Kind, lag.Round(100*time.Millisecond), why)
}

// share is a part of the whole, between 0 and 1: the times in a snapshot are not of exactly the
// same moment.
func share(part, whole time.Duration) float64 {
	if whole <= 0 {
		return 0
	}
	return min(1, max(0, part.Seconds()/whole.Seconds()))
}
