package cookbook_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/examples/cookbook"
	"github.com/avloom/avloom/internal/mediatest"
)

func ExampleStills() {
	printStreams("frame-%05d.png", "codec_name,pix_fmt,nb_read_frames", func(path string) error {
		return cookbook.Stills(context.Background(), filepath.Dir(path), width, height, pictures(width, height, 30))
	})
	// Output: codec_name=png|pix_fmt=rgb24|nb_read_frames=30
}

// TestStills writes noise, also in odd sizes, and finds every byte of it again, in one file for
// each picture.
func TestStills(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, size := range [][2]int{{width, height}, {321, 181}} {
		draw := func(k int) []byte { return noise(3*size[0]*size[1], k) }
		folder := t.TempDir()
		require.NoError(t, cookbook.Stills(t.Context(), folder, size[0], size[1], reusing(3, draw)))
		requireSame(t, filepath.Join(folder, "frame-%05d.png"), 0, "rgb24", drawn(3, draw))
		files, err := os.ReadDir(folder)
		require.NoError(t, err)
		require.Len(t, files, 3)
	}
}
