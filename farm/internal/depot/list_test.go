package depot

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestGet(t *testing.T) {
	t.Parallel()
	forEachStore(t, func(t *testing.T, s store) {
		require.NoError(t, s.WriteAll(t.Context(), "a/b", []byte("text"), nil))
		path, advance := filepath.Join(t.TempDir(), "x"), 0
		size, err := Get(t.Context(), s.Bucket, "a/b", path, func(n int) { advance += n })
		require.NoError(t, err)
		require.EqualValues(t, 4, size)
		require.Equal(t, 4, advance)
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Equal(t, "text", string(text))

		_, err = Get(t.Context(), s.Bucket, "a/b", path, nothing)
		require.ErrorIs(t, err, os.ErrExist)
		_, err = Get(t.Context(), s.Bucket, "a/c", path+"2", nothing)
		require.True(t, IsMissing(err), "%v", err)
		require.NoFileExists(t, path+"2")
		there, err := Look(t.Context(), s.Bucket, "a/c")
		require.NoError(t, err)
		require.False(t, there.Exists)
		there, err = Look(t.Context(), s.Bucket, "a")
		require.NoError(t, err)
		require.False(t, there.Exists, "a folder is no file")
	})
}

func TestRemove(t *testing.T) {
	t.Parallel()
	forEachStore(t, func(t *testing.T, s store) {
		require.NoError(t, Remove(t.Context(), s.Bucket, "nothing"))
		for _, key := range []string{"parts/film", "parts/films/1", "other"} {
			require.NoError(t, s.WriteAll(t.Context(), key, nil, nil))
		}
		require.NoError(t, Remove(t.Context(), s.Bucket, "parts/film"))
		require.Equal(t, []string{"other", "parts/films/1"}, s.keys(t))
	})
}

// TestTornFiles: what a killed writer of fileblob leaves beside a key goes; files that only look
// like it, or belong to another key, stay.
func TestTornFiles(t *testing.T) {
	t.Parallel()
	forEachStore(t, func(t *testing.T, s store) {
		torn := []string{"clips/a.mp4.187b0c0de0000000.tmp", "clips/a.mp4.187b0c0de0000001.tmp"}
		others := []string{
			"clips/a.mp4", "clips/a.mp4.187b0c0de000000.tmp", "clips/a.mp4.x.tmp",
			"clips/a.mp4.187b0c0de0000000.tmp.mp4", "clips/b.mp4.187b0c0de0000000.tmp",
			"clips/xa.mp4.187b0c0de0000000.tmp",
		}
		for _, key := range append(torn, others...) {
			require.NoError(t, s.WriteAll(t.Context(), key, nil, nil))
		}
		require.NoError(t, RemoveTorn(t.Context(), s.Bucket, "clips/a.mp4"))
		if s.dir == "" { // such names mean nothing in other stores
			others = append(others, torn...)
		}
		require.ElementsMatch(t, others, s.keys(t))
		require.NoError(t, RemoveTorn(t.Context(), s.Bucket, "no/such/folder.mp4"))
	})
}

// TestLabels: IDs that are long, or have characters that stores escape, are told apart.
func TestLabels(t *testing.T) {
	t.Parallel()
	seen := map[string]string{}
	long := make([]byte, 1<<20)
	for _, id := range []string{"a", "A", "clips/1.mp4", "ä", "a b", "a\n", string(long), string(long[1:]), "\xff", ""} {
		l := label(id)
		require.LessOrEqual(t, len(l), longestLabel)
		require.NotContains(t, seen, l)
		seen[l] = id
	}
	require.Equal(t, "clips/1.mp4", label("clips/1.mp4"))
}
