package care

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// names returns what is in a folder.
func names(t *testing.T, folder string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(folder)
	require.NoError(t, err)
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// TestScratch removes what a killed worker has left, and nothing of a living one or of others.
func TestScratch(t *testing.T) {
	t.Parallel()
	parent := filepath.Join(t.TempDir(), "not", "there yet")
	living, err := OpenScratch(parent)
	require.NoError(t, err)
	kept := filepath.Join(living.Folder(), "clip.mp4")
	require.NoError(t, os.WriteFile(kept, []byte("half"), 0o600))

	killed := filepath.Join(parent, folderName+"0123456789abcdef")
	require.NoError(t, os.Mkdir(killed, 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(killed, "clip.mp4"), []byte("half"), 0o600))
	require.NoError(t, os.WriteFile(killed+lockName, nil, 0o600)) // which nobody holds
	other := filepath.Join(parent, "avloom-worker-notes.txt")
	require.NoError(t, os.WriteFile(other, nil, 0o600))

	next, err := OpenScratch(parent)
	require.NoError(t, err)
	require.NoDirExists(t, killed)
	require.NoFileExists(t, killed+lockName)
	require.FileExists(t, kept)
	require.FileExists(t, other)

	require.NoError(t, next.Close())
	require.NoError(t, living.Close())
	require.Equal(t, []string{"avloom-worker-notes.txt"}, names(t, parent))
}

// TestScratchWithoutParent tells that there can be no folder.
func TestScratchWithoutParent(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	_, err := OpenScratch(file)
	require.ErrorContains(t, err, file)
}
