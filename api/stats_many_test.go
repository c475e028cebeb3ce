package api

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/pipeline"
)

// manyStreams is a snapshot of so many streams of video.
func manyStreams(n int) Stats {
	s := Stats{Elapsed: time.Minute, Nodes: []NodeStats{}, Edges: make([]EdgeStats, 0, 3*n)}
	for i := range n {
		s.Nodes = append(s.Nodes,
			NodeStats{Name: "convert", Stream: i, Copies: 1}, NodeStats{Name: "encode", Stream: i, Copies: 1})
		s.Edges = append(s.Edges,
			EdgeStats{From: inputName, To: "convert", Stream: i, Received: int64(i), Depth: 8},
			EdgeStats{From: "convert", To: "encode", Stream: i, Queued: 8, Depth: 8},
			EdgeStats{From: "encode", To: muxNode, Stream: i, Depth: 8 * n})
	}
	s.Nodes = append(s.Nodes, NodeStats{Name: muxNode, Stream: pipeline.NoStream, Copies: 1, Busy: time.Minute})
	return s
}

// TestManyStreamsAreSeenOnce looks at so many streams that to look at all of them for each one
// would take hours.
func TestManyStreamsAreSeenOnce(t *testing.T) {
	const n = 100_000
	s := manyStreams(n)
	for i, accepted := range acceptedOf(s.Edges, n) {
		require.Equal(t, int64(i), accepted)
	}
	require.Contains(t, s.Bottleneck(), "mux: it was busy 100 %")
	drawn := s.DOT()
	require.Contains(t, drawn, fmt.Sprintf(`"encode %d" -> "mux"`, n-1))
	require.Equal(t, n+1, strings.Count(drawn, "penwidth"), "the queues before the encoders, and the muxer")
}
