package destination

import (
	"fmt"
	"path"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// picturesIn returns a Folder of numbered pictures of which so many stay.
func picturesIn(store Store, keep int) Folder {
	return Folder{
		Store: store, Keep: keep, Rings: 1,
		Name: func(url string) (string, bool) { return path.Base(url), true },
		Owns: func(name string) bool { return strings.HasPrefix(name, "ours") },
		Ring: func(string) string { return "ours-%" },
	}
}

// A folder remembers the names of no more files than it has to remove: it may be written for weeks.
func TestNamesThatAFolderRemembers(t *testing.T) {
	for keep, most := range map[int]int{0: 0, 3: 3} {
		d := NewFolder(picturesIn(openFolder(t, t.TempDir()), keep), "pictures")
		for k := range 20 {
			file, err := d.OpenFile(fmt.Sprintf("ours-%d", k))
			require.NoError(t, err)
			require.NoError(t, d.CloseFile(file, true))
		}
		require.Len(t, d.folder.rings, 1)
		require.LessOrEqual(t, len(d.folder.rings["ours-%"]), most, "of %d that stay", keep)
	}
}
