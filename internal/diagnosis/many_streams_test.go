package diagnosis

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/pipeline"
)

// manyStreams is a snapshot of so many streams of video.
func manyStreams(n int) *Run {
	s := &Run{Elapsed: time.Minute, Nodes: []pipeline.NodeStats{}, Edges: make([]pipeline.EdgeStats, 0, 3*n)}
	for i := range n {
		s.Nodes = append(s.Nodes,
			pipeline.NodeStats{Name: "convert", Stream: i, Copies: 1}, pipeline.NodeStats{Name: "encode", Stream: i, Copies: 1})
		s.Edges = append(s.Edges,
			pipeline.EdgeStats{From: pipeline.CallerName, To: "convert", Stream: i, Received: int64(i), Depth: 8},
			pipeline.EdgeStats{From: "convert", To: "encode", Stream: i, Queued: 8, Depth: 8},
			pipeline.EdgeStats{From: "encode", To: "mux", Stream: i, Depth: 8 * n})
		s.Streams = append(s.Streams, Stream{Index: i, Kind: "video", Codec: "libx264"})
	}
	s.Nodes = append(s.Nodes, pipeline.NodeStats{Name: "mux", Stream: pipeline.NoStream, Copies: 1, Busy: time.Minute})
	return s
}

// TestManyStreamsAreSeenOnce looks at so many streams that to look at all of them for each one
// would take hours.
func TestManyStreamsAreSeenOnce(t *testing.T) {
	const n = 100_000
	s := manyStreams(n)
	require.Contains(t, Bottleneck(s), "mux: it was busy 100 %")
	drawn := s.DOT()
	require.Contains(t, drawn, fmt.Sprintf(`"encode %d" -> "mux"`, n-1))
	require.Equal(t, n+1, strings.Count(drawn, "penwidth"), "the queues before the encoders, and the muxer")
}
