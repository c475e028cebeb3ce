package depot

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gocloud.dev/gcerrors"
	"golang.org/x/sys/unix"
)

// TestKeysThatFoldersRefuse: the store is asked once, and other kinds of stores take the keys.
func TestKeysThatFoldersRefuse(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ key, want string }{
		"metadata":       {"a.mp4.attrs", "the store cannot have a file a.mp4.attrs: a folder keeps metadata in files that end with .attrs"},
		"a long folder":  {strings.Repeat("f", 256) + "/a.mp4", "a name in it is too long for a folder, which takes 255 bytes"},
		"a long name":    {"a/" + strings.Repeat("f", 256), "; give the job another Path"},
		"with an ending": {"a/" + strings.Repeat("f", 235), ", and 234 for that of a file"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			forEachStore(t, func(t *testing.T, s store) {
				_, look := Look(t.Context(), s.Bucket, c.key)
				_, put := Put(t.Context(), s.Bucket, c.key, fileOf(t, "text"), mine, nothing)
				if s.dir == "" {
					require.NoError(t, errors.Join(look, put))
					return
				}
				for _, err := range []error{look, put} {
					require.ErrorAs(t, err, new(*KeyError))
					require.ErrorContains(t, err, c.want)
					var store *StoreError
					require.False(t, errors.As(err, &store) && store.MayPass())
				}
				require.Empty(t, s.keys(t))
			})
		})
	}
	forEachStore(t, func(t *testing.T, s store) {
		longest := strings.Repeat("f", 234)
		_, err := Put(t.Context(), s.Bucket, longest, fileOf(t, "text"), mine, nothing)
		require.NoError(t, err)
		require.Equal(t, "text", s.read(t, longest))
	})
}

// TestKeyErrors are found in what a store answers.
func TestKeyErrors(t *testing.T) {
	t.Parallel()
	for _, reason := range []error{unix.ENAMETOOLONG, unix.EILSEQ} {
		err := keyError(fmt.Errorf("open: %w", reason), "key")
		require.ErrorAs(t, err, new(*KeyError))
		require.ErrorIs(t, err, reason)
	}
	require.Equal(t, unix.ENOSPC, keyError(unix.ENOSPC, "key"))
	require.NotEqual(t, gcerrors.NotFound, gcerrors.Code(&KeyError{}))
}
