package codec

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/internal/avoption"
)

// TestUsefulThreads pins what the encoders get of 128 cores.
func TestUsefulThreads(t *testing.T) {
	tiles := []avoption.Option{{Key: "tile-columns", Value: "3"}}
	for name, c := range map[string]struct {
		encoder string
		options []avoption.Option
		want    [4]int // of 360, 720, 1080 and 2160 lines
	}{
		"x264":          {"libx264", nil, [4]int{11, 22, 24, 45}},
		"x265":          {"libx265", nil, [4]int{9, 18, 25, 51}},
		"VP9":           {"libvpx-vp9", nil, [4]int{8, 14, 19, 36}},
		"VP8":           {"libvpx", nil, [4]int{4, 8, 8, 8}},
		"AV1":           {"libaom-av1", nil, [4]int{4, 7, 10, 18}},
		"AV1 in tiles":  {"libaom-av1", tiles, [4]int{64, 64, 64, 64}},
		"SVT-AV1":       {"libsvtav1", nil, [4]int{16, 8, 8, 16}},
		"MPEG-4":        {"mpeg4", nil, [4]int{4, 8, 12, 16}},
		"mjpeg":         {"mjpeg", nil, [4]int{4, 8, 12, 16}},
		"whole frames":  {"prores_ks", nil, [4]int{64, 64, 64, 64}},
		"no threads":    {"gif", nil, [4]int{1, 1, 1, 1}},
		"nothing to do": {"rawvideo", nil, [4]int{2, 2, 2, 2}},
	} {
		t.Run(name, func(t *testing.T) {
			for i, size := range [][2]int{{640, 360}, {1280, 720}, {1920, 1080}, {3840, 2160}} {
				require.Equal(t, c.want[i], mostUseful(c.encoder, size[0], size[1], c.options), size)
			}
			require.Positive(t, mostUseful(c.encoder, 1, 1, c.options))
		})
	}
}

func TestX264GetsHalfAsManyAgainAsCores(t *testing.T) {
	for _, c := range []struct{ share, threads, used int }{{1, 1, 1}, {2, 3, 2}, {4, 6, 4}, {16, 24, 16}, {128, 24, 24}} {
		threads, used := Share{Threads: c.share, Process: true}.ThreadsFor("libx264", 1920, 1080, nil)
		require.Equal(t, [2]int{c.threads, c.used}, [2]int{threads, used})
		threads, _ = Share{Threads: c.share}.ThreadsFor("libx264", 1920, 1080, nil)
		require.Equal(t, min(c.share, 24), threads, "a budget is one of threads")
	}
}
