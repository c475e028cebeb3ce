package depot

import (
	"io"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"gocloud.dev/blob"
	"gocloud.dev/blob/memblob"
)

// TestStoreThatFailsTwice is asked a third time, and no fourth time.
func TestStoreThatFailsTwice(t *testing.T) {
	t.Parallel()
	base, dir := memblob.OpenBucket(nil), t.TempDir()
	require.NoError(t, base.WriteAll(t.Context(), "a", []byte("text"), nil))
	f := &faint{driverOf: driverOf{base}}
	b := blob.NewBucket(f)
	for name, call := range map[string]func() error{
		"look": func() error {
			there, err := Look(t.Context(), b, "a")
			require.True(t, err != nil || there.Exists)
			return err
		},
		"get": func() error {
			_, err := Get(t.Context(), b, "a", filepath.Join(dir, "file"), nothing)
			return err
		},
		"remove": func() error { return Remove(t.Context(), b, "b") },
	} {
		f.fails = 3
		require.ErrorIs(t, call(), io.ErrUnexpectedEOF, name)
		require.Zero(t, f.fails, name)
		f.fails = 2
		require.NoError(t, call(), name)
	}
}

// TestMissingFile is not asked for again.
func TestMissingFile(t *testing.T) {
	t.Parallel()
	calls := 0
	err := again(t.Context(), func() error {
		calls++
		_, err := get(t.Context(), memblob.OpenBucket(nil), "nothing", filepath.Join(t.TempDir(), "file"), nothing)
		return err
	})
	require.True(t, IsMissing(err))
	require.Equal(t, 1, calls)
}
