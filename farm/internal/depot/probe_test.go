package depot

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"
	"gocloud.dev/blob/fileblob"
	"golang.org/x/sys/unix"
)

// TestProbe finds nothing wrong, and leaves nothing, not even a folder.
func TestProbe(t *testing.T) {
	t.Parallel()
	forEachStore(t, func(t *testing.T, s store) {
		require.NoError(t, Probe(t.Context(), s.Bucket))
		require.Empty(t, s.keys(t))
		if s.dir != "" {
			left, err := os.ReadDir(s.dir)
			require.NoError(t, err)
			require.Empty(t, left)
		}
	})
}

// TestProbeOfAReadOnlyDisk tells that nothing can be written to it.
func TestProbeOfAReadOnlyDisk(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := unix.Mount("none", dir, "tmpfs", unix.MS_RDONLY, ""); err != nil {
		t.Skip("mounting a disk: ", err)
	}
	t.Cleanup(func() { require.NoError(t, unix.Unmount(dir, unix.MNT_DETACH)) })
	b, err := fileblob.OpenBucket(dir, &fileblob.Options{NoTempDir: true})
	require.NoError(t, err)
	require.ErrorIs(t, Probe(t.Context(), b), unix.EROFS)
}
