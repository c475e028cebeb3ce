package nodes

import (
	"context"
	"slices"
	"testing"

	"github.com/asticode/go-astiav"
	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/internal/mediatest"
	"github.com/avloom/avloom/pipeline"
)

// TestPaletteEmitsWhatItTakes gives a Palette pictures one by one, and ends it in the middle. Each
// picture is emitted at once, with its time and its orders.
func TestPaletteEmitsWhatItTakes(t *testing.T) {
	mediatest.NoLeaks(t)
	const side = 16
	for _, keeps := range []bool{false, true} {
		p, err := NewPalette(PaletteConfig{Width: side, Height: side, Dither: DefaultDither, Keeps: keeps})
		require.NoError(t, err)
		for k := range 3 {
			in, err := newScratch(astiav.PixelFormatRgb24, side, side)
			require.NoError(t, err)
			for y := range side {
				row := pixelRow(in, y, side, 3)
				for i := range row {
					row[i] = 7
				}
				row[0] = byte(100 * k)
			}
			in.SetPts(int64(10 * k))
			in.Orders.Key = k == 1
			var out []pipeline.Frame
			require.NoError(t, p.Process(context.Background(), in, func(f pipeline.Frame) error {
				out = append(out, f)
				return nil
			}))
			require.Len(t, out, 1)
			require.Equal(t, int64(10*k), out[0].Pts())
			require.Equal(t, k == 1, out[0].Orders.Key)
			require.Equal(t, astiav.PixelFormatPal8, out[0].PixelFormat())
			first, second := pixelRow(out[0], 0, side, 1)[0], pixelRow(out[0], 0, side, 1)[1]
			require.Equal(t, uint32(opaque|100*k<<16|0x0707), *colorOf(out[0], int(first)))
			if keeps && k > 0 {
				require.Equal(t, byte(transparentIndex), second, "it did not change")
				require.Zero(t, *colorOf(out[0], transparentIndex)&opaque)
			} else {
				require.Equal(t, uint32(opaque|0x070707), *colorOf(out[0], int(second)))
			}
			out[0].Free()
		}
		p.Close()
	}
}

// TestClearGIF changes the disposal of packets with and without a header, and nothing else.
func TestClearGIF(t *testing.T) {
	control := []byte{0x21, 0xf9, 4, 1 << 2, 9, 0, 31, 0}
	header := append([]byte("GIF89a"), 1, 0, 1, 0, 0x80, 1, 0, 0, 0, 0, 255, 255, 255)
	first := slices.Concat(header, control)
	ClearGIF(first)
	require.Equal(t, []byte{0x21, 0xf9, 4, 2<<2 | 1, 9, 0, 1, 0}, first[len(header):], "transparent is the background")
	ClearGIF(control)
	require.Equal(t, []byte{0x21, 0xf9, 4, 2 << 2, 9, 0, 31, 0}, control)
	for _, short := range [][]byte{nil, header[:12], header, {0x21, 0xf9}, {0x2c, 0, 0, 0, 0, 1, 0, 1, 0}} {
		before := string(short)
		ClearGIF(short)
		require.Equal(t, before, string(short))
	}
}
