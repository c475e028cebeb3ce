package api

import (
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
)

// on lets Go run on so many cores for the rest of the test.
func on(t *testing.T, cores int) {
	t.Helper()
	before := runtime.GOMAXPROCS(cores)
	t.Cleanup(func() { runtime.GOMAXPROCS(before) })
}

// opens takes the share of an encoder of so many streams, which use all of it but no more than
// useful each.
func opens(b *ThreadBudget, streams, useful int) (*claim, int) {
	c := b.join()
	s := c.take(streams)
	c.keep(streams * min(s.threads, useful))
	return c, s.threads
}

func TestProcessSharesItsCores(t *testing.T) {
	on(t, 16)
	var b ThreadBudget
	for range 1000 {
		b.join() // and never opens
	}
	var open []*claim
	for range crowd {
		c, n := opens(&b, 1, mostThreads)
		require.Equal(t, 16, n, "one of a few: all cores")
		open = append(open, c)
	}
	late, n := opens(&b, 1, mostThreads)
	require.Equal(t, 64/5, n, "beside these an even part")
	late.leave()
	_, n = opens(&b, 2, mostThreads)
	require.Equal(t, 64/6, n, "two streams beside four")
	open[0].leave()
	open[0].leave()
	for range 200 {
		_, n = opens(&b, 1, mostThreads)
		require.GreaterOrEqual(t, n, 1)
	}
	require.Equal(t, 1, n, "beside hundreds")
	require.Less(t, b.held, 500, "what hundreds hold together")
}

// TestAFewEncodersGetWhatOneAloneWouldGet, so that equal input gives equal files.
func TestAFewEncodersGetWhatOneAloneWouldGet(t *testing.T) {
	on(t, 2)
	var b ThreadBudget
	_, n := opens(&b, 4, mostThreads)
	require.Equal(t, 2, n, "four streams")
	_, n = opens(&b, 1, mostThreads)
	require.Equal(t, 1, n)
}

func TestWhatOneHasNoUseForIsLeftToOthers(t *testing.T) {
	on(t, 16)
	var b ThreadBudget
	small, n := opens(&b, 1, 3)
	require.Equal(t, 16, n)
	for range 3 {
		c, n := opens(&b, 1, mostThreads)
		require.Equal(t, 16, n)
		defer c.leave()
	}
	large, n := opens(&b, 1, mostThreads)
	require.Equal(t, 64-3-3*16, n)
	small.leave()
	large.leave()
	for range 3 { // encoders that open one after another get the same
		c, n := opens(&b, 1, mostThreads)
		require.Equal(t, 16, n)
		c.leave()
	}
	c := b.join()
	require.Equal(t, 16, c.take(1).threads)
	c.putBack() // it did not open
	require.Equal(t, 16, c.take(1).threads)
	c.leave()
	require.Equal(t, 3*16, b.held)
	require.Equal(t, 3, b.streams)
}

// TestUsefulThreads pins what the encoders get of 128 cores.
func TestUsefulThreads(t *testing.T) {
	tiles := []codecOption{{key: "tile-columns", value: "3"}}
	for name, c := range map[string]struct {
		encoder string
		options []codecOption
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
		threads, used := threadShare{threads: c.share, process: true}.of("libx264", 1920, 1080, nil)
		require.Equal(t, [2]int{c.threads, c.used}, [2]int{threads, used})
		threads, _ = threadShare{threads: c.share}.of("libx264", 1920, 1080, nil)
		require.Equal(t, min(c.share, 24), threads, "a budget is one of threads")
	}
}
