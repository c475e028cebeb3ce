package cookbook_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
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
// each picture. Chromium shows the same with AVLOOM_LONG=1.
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
		content, err := os.ReadFile(filepath.Join(folder, files[0].Name()))
		require.NoError(t, err)
		require.Contains(t, string(content[:200]), "sRGB", "what the values mean")
		if mediatest.Long(t) { // a browser takes seconds
			shown := animationInChromium(t, filepath.Join(folder, "frame-00002.png"), "image/png")
			require.Len(t, shown, 1)
			var rgb []byte
			for pixel := range slices.Chunk(shown[0].Pixels, 4) {
				rgb = append(rgb, pixel[:3]...)
			}
			require.Equal(t, draw(2), rgb)
		}
	}
}
