package cudatest

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// ptxCompiler is the clang whose output is kept in the repository.
const ptxCompiler = "clang version 14."

// CheckPTX checks that the PTX of a kernel in CUDA C was made of what stands there now, and where this clang is here, that it makes the same.
func CheckPTX(t *testing.T, source string) {
	t.Helper()
	kept, err := os.ReadFile(strings.TrimSuffix(source, ".cu") + ".ptx")
	require.NoError(t, err)
	content, err := os.ReadFile(source)
	require.NoError(t, err)
	headers, err := filepath.Glob(filepath.Join(filepath.Dir(source), "*.h"))
	require.NoError(t, err)
	slices.Sort(headers)
	for _, h := range headers {
		text, err := os.ReadFile(h)
		require.NoError(t, err)
		content = append(content, text...)
	}
	first, _, _ := bytes.Cut(kept, []byte("\n"))
	require.Contains(t, string(first), fmt.Sprintf("%x", sha256.Sum256(content)), "%s has changed since its PTX was made: run \"make ptx\"", source)

	version, err := exec.Command("clang", "--version").Output()
	if err != nil || !bytes.Contains(version, []byte(ptxCompiler)) {
		t.Skipf("the PTX is made with %s0, which is not here", ptxCompiler)
	}
	dir := t.TempDir()
	for _, file := range append(headers, source) {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(dir, filepath.Base(file)), text, 0o600))
	}
	run(t, "bash", filepath.Join(root(t), "scripts/ptx.sh"), filepath.Join(dir, filepath.Base(source)))
	made, err := os.ReadFile(filepath.Join(dir, strings.TrimSuffix(filepath.Base(source), ".cu")+".ptx"))
	require.NoError(t, err)
	require.Equal(t, string(made), string(kept))
}
