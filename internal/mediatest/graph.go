package mediatest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Drawn returns what Graphviz reads in a graph: the names of the boxes and the arrows, both in
// order.
func Drawn(t testing.TB, graph string) (boxes, arrows []string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "graph.dot")
	require.NoError(t, os.WriteFile(path, []byte(graph), 0o600))
	for line := range strings.Lines(string(Run(t, "dot", "-Tplain", path))) {
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
