package diagnosis

import (
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/internal/mediatest"
	"github.com/avloom/avloom/pipeline"
)

var update = flag.Bool("update", false, "write the golden file anew")

// TestDOT compares the drawing of a run with a golden file, and has Graphviz read it.
func TestDOT(t *testing.T) {
	s := oneVideo(100, [3]int{20, 95, 2}, [3]int{85, 80, 0})
	s.Streams = []Stream{{Kind: "video", Codec: `lib"x\264`, Accepted: 1000, Fed: 33333 * time.Millisecond, Speed: 1.25}}
	s.Nodes[0].Blocked, s.Nodes[1].Idle, s.Nodes[2].Idle = hundredths(80), hundredths(5), hundredths(98)
	s.Nodes[1].Held = 40
	s.Edges[1].Queued = 4
	s.Edges = append(
		s.Edges,
		pipeline.EdgeStats{From: "encode", To: "mux", Stream: 1, Queued: 1, Depth: 4},
	) // which shares the queue with the other
	s.Edges[2].Queued = 3
	s.BytesWritten, s.Writing = 123456, hundredths(1)
	graph := s.DOT()
	golden := filepath.Join("testdata", "graph.dot")
	if *update {
		require.NoError(t, os.WriteFile(golden, []byte(graph), 0o600))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.Equal(t, string(want), graph)
	boxes, arrows := mediatest.Drawn(t, graph)
	require.ElementsMatch(t, []string{"input 0", "convert 0", "encode 0", "encode 1", "mux", "destination"}, boxes)
	require.ElementsMatch(t, []string{
		"input 0 → convert 0", "convert 0 → encode 0", "encode 0 → mux", "encode 1 → mux", "mux → destination",
	}, arrows)
}
