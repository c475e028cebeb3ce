package rgbyuv

import (
	"bytes"
	"fmt"
	"image/color"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// sizes are the smallest, those around the lengths of vectors, and one beyond the length of a
// strip.
var sizes = [][2]int{
	{1, 1},
	{2, 1},
	{1, 2},
	{3, 3},
	{2, 2},
	{15, 4},
	{16, 2},
	{17, 5},
	{33, 2},
	{47, 3},
	{49, 4},
	{63, 2},
	{64, 3},
	{65, 3},
	{79, 2},
	{97, 2},
	{128, 2},
	{300, 2},
	{4113, 3},
}

func TestConvert(t *testing.T) {
	for i, size := range sizes {
		t.Run(fmt.Sprintf("%dx%d", size[0], size[1]), func(t *testing.T) {
			t.Parallel()
			from := noise(size[0], size[1])
			alloc := guarded(i%5, i%7) // unaligned, some without padding
			eachConfig(func(cfg Config) { testConvert(t, cfg, from, alloc) })
		})
	}
}

// testConvert compares every level and input with the reference and, but for JPEG, which is not the
// same picture, with each other.
func testConvert(t *testing.T, cfg Config, from colours, alloc func(width, rows int) plane) {
	var want [3][]float64
	var first [][]byte
	for in := range numInputs {
		cfg.Input = in
		src := from.input(in, alloc)
		if in == 0 || layouts[in].step == 0 {
			want, first = Reference(cfg, src.planes(), from.width, from.height), nil
		}
		for _, l := range levels() {
			dst := newOutput(cfg.Output, from.width, from.height, alloc)
			c, ok := newAt(l, cfg)
			require.True(t, ok)
			c.Convert(dst.planes(), src.planes(), from.width, from.height)
			dst.requireIntact(t)
			got := dst.samples()
			if first == nil {
				first = got
				requireClose(t, want, got, cfg, l)
			}
			for i := range got {
				require.True(t, bytes.Equal(first[i], got[i]),
					"%s, %s: plane %d differs from that of another level or input", cfg, l, i)
			}
		}
	}
}

// requireClose asserts that no sample is off by more than one.
func requireClose(t testing.TB, want [3][]float64, got [][]byte, cfg Config, l level) {
	t.Helper()
	for i := range got {
		require.Len(t, got[i], len(want[i]))
		for j, w := range want[i] {
			if math.Abs(math.Round(w)-float64(got[i][j])) > 1 {
				require.Fail(t, "wrong sample", "%s, %s: plane %d, sample %d: %d, not %.2f", cfg, l, i, j, got[i][j], w)
			}
		}
	}
}

// TestJPEGIsAsGoHasIt turns every Y, Cb and Cr into RGB, and pictures that begin anywhere within a
// block of chroma.
func TestJPEGIsAsGoHasIt(t *testing.T) {
	for _, l := range levels() {
		c, _ := newAt(l, Config{Input: JPEG444, Output: RGB})
		src := picture{guarded(0, 0)(256, 256), guarded(0, 0)(256, 256), guarded(0, 0)(256, 256)}
		dst := newOutput(RGB, 256, 256, guarded(0, 0))
		for luma := range 256 {
			for i := range 256 * 256 {
				src[0].mem[i], src[1].mem[i], src[2].mem[i] = byte(luma), byte(i), byte(i>>8)
			}
			c.Convert(dst.planes(), src.planes(), 256, 256)
			for i := range 256 * 256 {
				r, g, b := color.YCbCrToRGB(byte(luma), byte(i), byte(i>>8))
				if dst[0].mem[i] != r || dst[1].mem[i] != g || dst[2].mem[i] != b {
					require.Fail(t, "not Go's", "%s: Y %d, Cb %d, Cr %d", l, luma, byte(i), byte(i>>8))
				}
			}
		}
	}
}

func TestJPEGMayBeginAnywhere(t *testing.T) {
	for in := JPEG444; in < numInputs; in++ {
		for _, size := range [][2]int{{1, 1}, {5, 3}, {67, 7}, {4101, 2}} {
			from := noise(size[0], size[1])
			for i := range 4 * 2 {
				phase := [2]int{i % 4 % (1 << layouts[in].shift[0]), i / 4 % (1 << layouts[in].shift[1])}
				src := from.jpeg(layouts[in], phase, guarded(0, 0)).planes()
				src.Phase = phase
				for _, cfg := range []Config{
					{Input: in, Output: RGB}, {Input: in, Output: I420, Siting: TopLeft}, {Input: in, Output: NV12},
				} {
					want := Reference(cfg, src, size[0], size[1])
					for _, l := range levels() {
						dst := newOutput(cfg.Output, size[0], size[1], guarded(1, 2))
						c, _ := newAt(l, cfg)
						c.Convert(dst.planes(), src, size[0], size[1])
						dst.requireIntact(t)
						requireClose(t, want, dst.samples(), cfg, l)
					}
				}
			}
		}
	}
}

func TestOddSizesArePaddedByRepetition(t *testing.T) {
	odd := noise(37, 19)
	even := newColours(38, 20, func(x, y int) [3]byte { return odd.pixels[min(y, 18)*37+min(x, 36)] })
	for _, l := range levels() {
		for s := range numSitings {
			c, _ := newAt(l, Config{Output: I420, Siting: s})
			small, large := newOutput(I420, 37, 19, guarded(0, 0)), newOutput(I420, 38, 20, guarded(0, 0))
			c.Convert(small.planes(), odd.input(RGB24, guarded(0, 0)).planes(), 37, 19)
			c.Convert(large.planes(), even.input(RGB24, guarded(0, 0)).planes(), 38, 20)
			assert.Equal(t, large.samples()[1:], small.samples()[1:], "%s, siting %d", l, s)
		}
	}
}

func TestConvertRows(t *testing.T) {
	const width, height = 99, 31
	from := noise(width, height)
	eachConfig(func(cfg Config) {
		for _, l := range levels() {
			c, _ := newAt(l, cfg)
			src := from.input(cfg.Input, guarded(1, 2)).planes()
			whole := newOutput(cfg.Output, width, height, guarded(3, 1))
			bands := newOutput(cfg.Output, width, height, guarded(3, 1))
			c.Convert(whole.planes(), src, width, height)
			for _, band := range [][2]int{{20, 31}, {0, 2}, {2, 20}} {
				c.ConvertRows(bands.planes(), src, width, height, band[0], band[1])
			}
			bands.requireIntact(t)
			require.Equal(t, whole.samples(), bands.samples(), "%s, %s", cfg, l)
		}
	})
}

func TestUpsideDown(t *testing.T) {
	const width, height = 70, 9
	from := noise(width, height)
	upright, flipped := newOutput(I420, width, height, guarded(0, 0)), newOutput(I420, width, height, guarded(0, 0))
	mirrored := newColours(width, height, func(x, y int) [3]byte { return from.pixels[(height-1-y)*width+x] })
	for _, in := range []Input{RGB24, PlanarRGB} {
		for _, l := range levels() {
			c, _ := newAt(l, Config{Input: in, Output: I420, Siting: TopLeft})
			c.Convert(upright.planes(), from.input(in, guarded(0, 3)).planes(), width, height)
			planes := mirrored.input(in, guarded(0, 3))
			c.Convert(flipped.planes(), turned(planes), width, height)
			assert.Equal(t, upright.samples(), flipped.samples(), "%s, %s", in, l)
		}
	}
}

// turned gives the planes from the last row to the first.
func turned(p picture) Planes {
	last := append(picture(nil), p...)
	for i := range last {
		last[i].offset += (last[i].rows - 1) * last[i].stride
		last[i].stride = -last[i].stride
	}
	return last.planes()
}

func TestNewRefusesTheUnknown(t *testing.T) {
	for _, cfg := range []Config{
		{Input: numInputs},
		{Output: numOutputs},
		{Matrix: numMatrices},
		{Range: numRanges},
		{Siting: numSitings},
		{Input: -1},
	} {
		_, ok := New(cfg)
		assert.False(t, ok, "%+v", cfg)
	}
	_, ok := New(Config{})
	assert.True(t, ok)
}

func TestConvertAllocatesNothing(t *testing.T) {
	for _, in := range []Input{RGB24, PlanarRGB} {
		c, _ := New(Config{Input: in, Output: I420})
		src, dst := noise(64, 64).input(in, guarded(0, 0)).planes(), newOutput(I420, 64, 64, guarded(0, 0)).planes()
		assert.Zero(t, testing.AllocsPerRun(100, func() { c.Convert(dst, src, 64, 64) }))
	}
}
