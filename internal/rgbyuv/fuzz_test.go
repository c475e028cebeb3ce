package rgbyuv

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzConvert compares the levels with the reference and each other for any configuration, size,
// stride and alignment, and looks for bytes written beside the picture.
func FuzzConvert(f *testing.F) {
	f.Add(uint16(0), uint16(1), uint8(1), uint8(0), uint8(0), []byte{})
	f.Add(uint16(0x1234), uint16(64), uint8(2), uint8(0), uint8(0), []byte{255, 0, 0, 0, 255, 0, 0, 0, 255})
	f.Add(uint16(0xffff), uint16(65), uint8(3), uint8(1), uint8(5), []byte{0, 0, 255})
	f.Add(uint16(0x0ff0), uint16(2111), uint8(5), uint8(63), uint8(64), []byte("avloom"))
	f.Add(uint16(0x8421), uint16(2060), uint8(4), uint8(31), uint8(1), []byte{1, 254, 3, 252, 5})
	f.Fuzz(func(t *testing.T, choice, width uint16, height, lead, padding uint8, pixels []byte) {
		cfg := chosen(choice)
		w, h := 1+int(width)%2200, 1+int(height)%8
		if len(pixels) == 0 {
			pixels = []byte{128}
		}
		from := newColours(w, h, func(x, y int) (rgb [3]byte) {
			for i := range rgb {
				rgb[i] = pixels[(3*(y*w+x)+i)%len(pixels)] + byte(y)
			}
			return rgb
		})
		alloc := guarded(int(lead), int(padding))
		src := from.input(cfg.Input, alloc)
		want := Reference(cfg, src.planes(), w, h)
		var first [][]byte
		for _, l := range levels() {
			dst := newOutput(cfg.Output, w, h, alloc)
			c, ok := newAt(l, cfg)
			require.True(t, ok)
			c.Convert(dst.planes(), src.planes(), w, h)
			dst.requireIntact(t)
			requireClose(t, want, dst.samples(), cfg, l)
			if first == nil {
				first = dst.samples()
			}
			require.Equal(t, first, dst.samples(), "%s: %s differs from the first level", cfg, l)
		}
	})
}

// chosen makes a configuration of a number.
func chosen(n uint16) Config {
	take := func(end int) int {
		v := int(n) % end
		n /= uint16(end)
		return v
	}
	return Config{
		Input: Input(take(int(numInputs))), Output: Output(take(int(numOutputs))), Matrix: Matrix(take(int(numMatrices))),
		Range: Range(take(int(numRanges))), Siting: Siting(take(int(numSitings))),
	}
}
