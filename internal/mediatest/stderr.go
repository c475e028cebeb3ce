package mediatest

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// StderrOf calls f and returns what the process, including its C libraries, writes to stderr until
// f returns. Tests that call it do not run in parallel with others.
func StderrOf(t testing.TB, f func()) string {
	t.Helper()
	file, err := os.CreateTemp(t.TempDir(), "stderr")
	require.NoError(t, err)
	defer func() { require.NoError(t, file.Close()) }()
	stderr, err := unix.Dup(unix.Stderr)
	require.NoError(t, err)
	defer func() { require.NoError(t, unix.Close(stderr)) }()
	require.NoError(t, unix.Dup3(int(file.Fd()), unix.Stderr, 0))
	func() {
		defer func() { require.NoError(t, unix.Dup3(stderr, unix.Stderr, 0)) }()
		f()
	}()
	written, err := os.ReadFile(file.Name())
	require.NoError(t, err)
	return string(written)
}
