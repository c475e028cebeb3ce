package api

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/avloom/avloom/internal/mediatest"
)

func TestMain(m *testing.M) { mediatest.Main(m) }

// StderrOf returns what is written to the process's stderr meanwhile, by C libraries too.
func StderrOf(t *testing.T, f func()) string {
	t.Helper()
	file, err := os.CreateTemp(t.TempDir(), "stderr")
	require.NoError(t, err)
	defer func() { require.NoError(t, file.Close()) }()
	stderr, err := unix.Dup(2)
	require.NoError(t, err)
	defer func() { require.NoError(t, unix.Close(stderr)) }()
	require.NoError(t, unix.Dup3(int(file.Fd()), 2, 0))
	func() {
		defer func() { require.NoError(t, unix.Dup3(stderr, 2, 0)) }()
		f()
	}()
	written, err := os.ReadFile(file.Name())
	require.NoError(t, err)
	return string(written)
}
