package depot

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// TestLargeFileIsSyncedInSteps, and a step that has failed is told in the end. A pipe cannot be
// synced.
func TestLargeFileIsSyncedInSteps(t *testing.T) {
	t.Parallel()
	r, w, err := os.Pipe()
	require.NoError(t, err)
	defer func() { require.NoError(t, r.Close()) }()
	d := diskFile{file: w}
	d.add(mostBehind - 1)
	require.NoError(t, d.err)
	d.add(1)
	require.ErrorIs(t, d.err, unix.EINVAL)
	require.NoError(t, w.Close())
	require.ErrorIs(t, d.sync(), unix.EINVAL)
}
