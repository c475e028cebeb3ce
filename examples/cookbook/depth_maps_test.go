package cookbook_test

import (
	"context"
	"encoding/binary"
	"testing"

	"github.com/avloom/avloom/examples/cookbook"
	"github.com/avloom/avloom/internal/mediatest"
)

func ExampleDepthMaps() {
	printStreams("depth.mkv", "codec_name,pix_fmt,nb_read_frames", func(path string) error {
		return cookbook.DepthMaps(context.Background(), path, width, height, reusing(30, depthMap))
	})
	// Output: codec_name=ffv1|pix_fmt=gray16le|nb_read_frames=30
}

// TestDepthMaps writes noise, also in odd sizes, and a smooth map, and finds every byte again.
// Players show the upper 8 bits.
func TestDepthMaps(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, size := range [][2]int{{width, height}, {321, 181}} {
		draw := func(k int) []byte { return noise(2*size[0]*size[1], k) }
		path := written(t, "depth.mkv", func(path string) error {
			return cookbook.DepthMaps(t.Context(), path, size[0], size[1], reusing(5, draw))
		})
		requireSame(t, path, 0, "gray16le", drawn(5, draw))
	}
	path := written(t, "depth.mkv", func(path string) error {
		return cookbook.DepthMaps(t.Context(), path, width, height, reusing(30, depthMap))
	})
	requireSame(t, path, 0, "gray16le", drawn(30, depthMap))
	requirePlayers(t, path, 40, drawn(30, func(k int) (rgb []byte) {
		for depth := depthMap(k); len(depth) > 0; depth = depth[2:] {
			rgb = append(rgb, depth[1], depth[1], depth[1])
		}
		return rgb
	}), "GStreamer", "VLC")
}

// depthMap returns a map of a slope with a step, which moves: two bytes for each pixel.
func depthMap(k int) (depth []byte) {
	for y := range height {
		for x := range width {
			d := 1000 + 200*y + 37*x
			if x > 100+k && x < 160+k {
				d += 8000
			}
			depth = binary.LittleEndian.AppendUint16(depth, uint16(d))
		}
	}
	return depth
}
