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

// ptxCompiler is the version of clang whose output is in the repository.
const ptxCompiler = "clang version 14."

// CheckPTX checks that the PTX of a kernel was made from its present source. If the same clang is
// installed, it also checks that clang makes the same PTX.
func CheckPTX(t *testing.T, source string) {
	t.Helper()
	kept, err := os.ReadFile(strings.TrimSuffix(source, ".cu") + ".ptx")
	require.NoError(t, err)
	first, _, _ := bytes.Cut(kept, []byte("\n"))
	require.Contains(t, string(first), sum(t, source), "%s has changed since its PTX was made: run \"make ptx\"", source)

	version, err := exec.Command("clang", "--version").Output()
	if err != nil || !bytes.Contains(version, []byte(ptxCompiler)) {
		t.Skipf("the PTX is made with %s0, which is not here", ptxCompiler)
	}
	dir := t.TempDir()
	run(t, "bash", filepath.Join(root(t), "scripts/ptx.sh"), "-o", dir, source)
	made, err := os.ReadFile(filepath.Join(dir, strings.TrimSuffix(filepath.Base(source), ".cu")+".ptx"))
	require.NoError(t, err)
	require.Equal(t, string(made), string(kept))
}

// sum returns the SHA-256 of a kernel and of the headers that it can include, as scripts/ptx.sh
// computes it.
func sum(t *testing.T, source string) string {
	t.Helper()
	headers, err := filepath.Glob(filepath.Join(filepath.Dir(source), "*.h"))
	require.NoError(t, err)
	headers = append(headers, filepath.Join(root(t), "gpu/kernel/device.h"))
	for i := range headers {
		headers[i], err = filepath.Abs(headers[i])
		require.NoError(t, err)
	}
	slices.Sort(headers)
	hash := sha256.New()
	for _, file := range append([]string{source}, slices.Compact(headers)...) {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		hash.Write(text)
	}
	return fmt.Sprintf("%x", hash.Sum(nil))
}
