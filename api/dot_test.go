package api_test

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
	"github.com/avloom/avloom/pipeline"
)

// drawn is what Graphviz understands of a graph: the names of the boxes, and the arrows, both in order.
func drawn(t *testing.T, graph string) (boxes, arrows []string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "graph.dot")
	require.NoError(t, os.WriteFile(path, []byte(graph), 0o600))
	for line := range strings.Lines(string(mediatest.Run(t, "dot", "-Tplain", path))) {
		words := plainWords(strings.TrimSpace(line))
		switch words[0] {
		case "node":
			boxes = append(boxes, words[1])
		case "edge":
			arrows = append(arrows, words[1]+" → "+words[2])
		}
	}
	return boxes, arrows
}

// plainWords splits a line of dot's plain output, where words with spaces are in quotes.
func plainWords(line string) (words []string) {
	for line != "" {
		var word string
		if rest, quoted := strings.CutPrefix(line, `"`); quoted {
			word, line, _ = strings.Cut(rest, `"`)
			line = strings.TrimPrefix(line, " ")
		} else {
			word, line, _ = strings.Cut(line, " ")
		}
		words = append(words, word)
	}
	return words
}

func TestDOT(t *testing.T) {
	s := oneVideo(100, [3]int{20, 95, 2}, [3]int{85, 80, 0})
	s.Streams = []api.StreamStats{{Kind: "video", Codec: `lib"x\264`, Accepted: 1000, Fed: 33333 * time.Millisecond, Speed: 1.25}}
	s.Nodes[0].Blocked, s.Nodes[1].Idle, s.Nodes[2].Idle = hundredths(80), hundredths(5), hundredths(98)
	s.Nodes[1].Held = 40
	s.Edges[1].Queued = 4
	s.Edges = append(s.Edges, api.EdgeStats{From: "encode", To: "mux", Stream: 1, Queued: 1, Depth: 4}) // which shares the queue with the other
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
	boxes, arrows := drawn(t, graph)
	require.ElementsMatch(t, []string{"input 0", "convert 0", "encode 0", "encode 1", "mux", "destination"}, boxes)
	require.ElementsMatch(t, []string{"input 0 → convert 0", "convert 0 → encode 0", "encode 0 → mux", "encode 1 → mux", "mux → destination"}, arrows)
}

func TestDOTOfARun(t *testing.T) {
	mediatest.NoLeaks(t)
	enc := api.NewEncoder()
	defer enc.Abort(nil)
	boxes, _ := drawn(t, enc.Stats().DOT())
	require.Empty(t, boxes, "before Open")
	v, a := addVideo(t, enc, numberedVideo()), addAudio(t, enc, stereo())
	require.NoError(t, enc.OpenWriter(context.Background(), io.Discard, "mkv"))
	addNumbered(t, v, 0, 10)
	addTone(t, a, 0, 16000)
	s := enc.Stats()
	boxes, arrows := drawn(t, s.DOT())
	require.Len(t, boxes, len(s.Nodes)+len(s.Streams)+1, "the actors, the callers and the destination")
	require.Len(t, arrows, len(s.Edges)+1)
	require.Contains(t, arrows, "encode 1 → mux")
	require.Equal(t, pipeline.NoStream, s.Nodes[len(s.Nodes)-1].Stream)
	require.NoError(t, enc.Close())
}
