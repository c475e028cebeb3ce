package cudatest

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestKeep compiles the stand-in into the folder that AVLOOM_STANDIN_KEEP names, for a machine that
// cannot compile it.
func TestKeep(t *testing.T) {
	to := os.Getenv("AVLOOM_STANDIN_KEEP")
	if to == "" {
		t.Skip("AVLOOM_STANDIN_KEEP names no folder")
	}
	require.NoError(t, os.CopyFS(to, os.DirFS(build(t))))
}
