package depot

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"
	"gocloud.dev/blob/fileblob"
	"golang.org/x/sys/unix"
)

// TestStoreOnAnotherDisk: fileblob cannot rename its temporary files to there, and the error says
// what to do.
func TestStoreOnAnotherDisk(t *testing.T) {
	t.Parallel()
	const memory = "/dev/shm"
	var here, there unix.Stat_t
	if unix.Stat(memory, &there) != nil || unix.Stat(os.TempDir(), &here) != nil || here.Dev == there.Dev {
		t.Skip("/dev/shm is no file system of its own here")
	}
	dir, err := os.MkdirTemp(memory, "avloom-test-")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(dir)) })
	b, err := fileblob.OpenBucket(dir, nil)
	require.NoError(t, err)
	_, err = Put(t.Context(), b, "a.mp4", fileOf(t, "text"), mine, nothing)
	for _, err := range []error{err, Probe(t.Context(), b)} {
		require.ErrorIs(t, err, unix.EXDEV)
		require.ErrorContains(t, err, "open the store with no_tmp_dir=true")
	}
	b, err = fileblob.OpenBucket(dir, &fileblob.Options{NoTempDir: true})
	require.NoError(t, err)
	require.NoError(t, Probe(t.Context(), b))
	_, err = Put(t.Context(), b, "a.mp4", fileOf(t, "text"), mine, nothing)
	require.NoError(t, err)
}
