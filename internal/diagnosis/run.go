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
	Writing      time.Duration // how long the destination took for writes
	BytesWritten int64
	Nodes        []pipeline.NodeStats
	Edges        []pipeline.EdgeStats
	Streams      []Stream // by index
}

// Stream is how far one stream has come.
type Stream struct {
	Stream   int
	Kind     string // "video" or "audio"
	Codec    string
	Ended    bool
	Accepted int64         // frames, or samples per channel
	Fed      time.Duration // media time
	Encoded  time.Duration // media time
	Held     int64         // packets that the muxer holds back
	Speed    float64       // media time encoded per time
}

// InCalls names the nodes that are in a call, with their streams.
func (s *Run) InCalls() (names []string) {
	for _, n := range s.Nodes {
		if n.InCall > 0 {
			names = append(
				names,
				fmt.Sprintf(
					"%s%s for %v",
					n.Name,
					ofStream(n.Stream != pipeline.NoStream, n.Stream),
					n.InCall.Round(time.Millisecond),
				),
			)
		}
	}
	return names
}
