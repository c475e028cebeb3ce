package api_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/internal/mediatest"
)

// TestReadmeProgram pastes the program of the README into a new module and runs it.
func TestReadmeProgram(t *testing.T) {
	readme, err := os.ReadFile("../README.md")
	require.NoError(t, err)
	_, rest, found := strings.Cut(string(readme), "```go\n")
	require.True(t, found)
	program, _, found := strings.Cut(rest, "```")
	require.True(t, found)

	root, err := filepath.Abs("..")
	require.NoError(t, err)
	dir := t.TempDir()
	sums, err := os.ReadFile("../go.sum")
	require.NoError(t, err)
	for name, content := range map[string]string{
		"main.go": program, "go.sum": string(sums),
		"go.mod": "module fade\n\ngo 1.26\n\nrequire github.com/avloom/avloom v0.0.0\n\nreplace github.com/avloom/avloom => " + root + "\n",
	} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600))
	}
	cmd := exec.Command("go", "run", "-mod=mod", ".")
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))
	require.Empty(t, out, "it is silent")

	s := mediatest.Probe(t, filepath.Join(dir, "fade.mp4")).Streams[0]
	require.Equal(t, []string{"h264", "90", "3.000000"}, []string{s.Codec, s.NbFrames, s.Duration})
}
