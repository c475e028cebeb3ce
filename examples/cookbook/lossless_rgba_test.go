package cookbook_test

import (
	"context"
	"os"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/examples/cookbook"
	"github.com/avloom/avloom/internal/mediatest"
)

func ExampleLosslessRGBA() {
	draw := func(k int) []byte { return noise(4*width*height, k) }
	printStreams("lossless.mkv", "codec_name,pix_fmt,nb_read_frames", func(path string) error {
		return cookbook.LosslessRGBA(context.Background(), path, width, height, reusing(30, draw))
	})
	// Output: codec_name=ffv1|pix_fmt=bgra|nb_read_frames=30
}

// TestLosslessRGBA writes noise, in the alpha too, and finds every byte of it again. A byte that is
// damaged is noticed.
func TestLosslessRGBA(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, size := range [][2]int{{320, 180}, {321, 181}} {
		draw := func(k int) []byte { return noise(4*size[0]*size[1], k) }
		path := written(t, "lossless.mkv", func(path string) error {
			return cookbook.LosslessRGBA(t.Context(), path, size[0], size[1], reusing(10, draw))
		})
		requireSame(t, path, 0, "rgba", drawn(10, draw))
		require.Empty(t, complaints(t, path))
		damage(t, path)
		require.Contains(t, complaints(t, path), "CRC")
	}
	path := written(t, "lossless.mkv", func(path string) error {
		return cookbook.LosslessRGBA(t.Context(), path, width, height, reusing(30, func(k int) []byte {
			return withAlpha(picture(width, height, k), 255)
		}))
	})
	requirePlayers(t, path, 50, shots(30), "GStreamer", "VLC")
}

// withAlpha returns R G B A of R G B, with the same alpha everywhere.
func withAlpha(rgb []byte, alpha byte) (rgba []byte) {
	for i := 0; i < len(rgb); i += 3 {
		rgba = append(rgba, rgb[i], rgb[i+1], rgb[i+2], alpha)
	}
	return rgba
}

// damage turns over one bit in the middle of a picture of a file.
func damage(t *testing.T, path string) {
	t.Helper()
	packets := mediatest.Packets(t, path)
	packets = slices.DeleteFunc(packets, func(p mediatest.Packet) bool { return p.Stream != 0 })
	middle := packets[len(packets)/2]
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	content[middle.Position+middle.Size/2] ^= 1
	require.NoError(t, os.WriteFile(path, content, 0o600))
}
