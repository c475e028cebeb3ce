package diagnosis

import (
	"fmt"
	"time"

	"github.com/avloom/avloom/pipeline"
)

// Run is a snapshot of one run.
type Run struct {
	Elapsed      time.Duration // since Open
	Over         bool          // the run has ended
	Called       time.Duration // how long at least one call was inside the encoder
	Writing      time.Duration // how long writes to the destination took; of several, to the slowest required one
	BytesWritten int64         // to all outputs together
	Nodes        []pipeline.NodeStats
	Edges        []pipeline.EdgeStats
	Streams      []Stream // by index
	Outputs      []Output
	CPU          CPU
}

// Output is what is known of one output beside the counters of its node.
type Output struct {
	Node       string
	BestEffort bool   // senders do not wait for it
	State      string // "losing" for instance
	Lost       int64  // packets
}

// Stream is the progress of one stream.
type Stream struct {
	Index    int
	Kind     string        // "video", "audio" or "subtitles"
	Codec    string        // the name of the encoder
	Ended    bool          // the encoder has received the end of the stream
	Accepted int64         // frames, or samples per channel
	Dropped  int64         // frames for which there was no room
	Fed      time.Duration // media time of what was accepted or dropped
	Encoded  time.Duration // media time of what was encoded
	Held     int64         // packets that the muxer holds back
	Speed    float64       // encoded media time by elapsed time: 1 is real time
}

// CallsInProgress returns a text for each node that is in a call: its name, its stream, and how
// long the call has taken so far.
func (s *Run) CallsInProgress() (texts []string) {
	for i := range s.Nodes {
		n := &s.Nodes[i]
		if n.InCall > 0 {
			texts = append(texts, fmt.Sprintf("%s for %v", nodeText(n), n.InCall.Round(time.Millisecond)))
		}
	}
	return texts
}

// muxes returns the names of the nodes that write outputs.
func (s *Run) muxes() (names []string) {
	for i := range s.Nodes {
		if s.Nodes[i].Stream == pipeline.NoStream {
			names = append(names, s.Nodes[i].Name)
		}
	}
	return names
}

// output returns the output that a node writes; nil: the node writes none.
func (s *Run) output(node string) *Output {
	for i := range s.Outputs {
		if s.Outputs[i].Node == node {
			return &s.Outputs[i]
		}
	}
	return nil
}

// canLimit reports whether others wait for a node. Nobody waits for an output with BestEffort,
// however busy it is.
func (s *Run) canLimit(n *pipeline.NodeStats) bool {
	if n.Stream != pipeline.NoStream {
		return true
	}
	o := s.output(n.Name)
	return o == nil || !o.BestEffort
}

// nodeText returns the name of a node, and its stream if it serves only one.
func nodeText(n *pipeline.NodeStats) string {
	if n.Stream == pipeline.NoStream {
		return n.Name
	}
	return fmt.Sprintf("%s (stream %d)", n.Name, n.Stream)
}

// share returns a part of the whole, between 0 and 1. The part can be larger than the whole,
// because the times of a snapshot are not read at exactly the same moment.
func share(part, whole time.Duration) float64 {
	if whole <= 0 {
		return 0
	}
	return min(1, max(0, part.Seconds()/whole.Seconds()))
}
