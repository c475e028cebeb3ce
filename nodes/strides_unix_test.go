//go:build unix

package nodes

import (
	"fmt"
	"math/rand/v2"
	"os"
	"testing"
	"unsafe"

	"github.com/asticode/go-astiav"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/mediatest"
	"github.com/avloom/avloom/pipeline"
)

// arrangement is how the rows of a picture lie in memory.
type arrangement struct {
	name     string
	padding  int // bytes between two rows
	pages    int // pages more, none of which may be read
	bottomUp bool
	late     bool // each row ends where memory does; otherwise it begins there
}

var arrangements = []arrangement{
	{name: "aligned", padding: 64},
	{name: "odd", padding: 1},
	{name: "even", padding: 2, late: true},
	{name: "bottom up", bottomUp: true},
	{name: "bottom up, odd", padding: 3, bottomUp: true, late: true},
	{name: "last row at the end", padding: 100, late: true},
	{name: "bottom up, last row at the end", padding: 100, bottomUp: true, late: true},
	{name: "far", pages: 2},
	{name: "far, ends", pages: 2, late: true},
	{name: "far, bottom up", pages: 3, padding: 4, bottomUp: true},
	{name: "far, bottom up, ends", pages: 2, bottomUp: true, late: true},
}

// noisy returns the planes of a picture without padding, and a palette.
func noisy(format astiav.PixelFormat, width, height int) (pixels [][]byte, palette []byte) {
	rnd := rand.New(rand.NewPCG(uint64(width), uint64(height)))
	fill := func(b []byte) []byte {
		for i := range b {
			b[i] = byte(rnd.Uint32())
			if astiavx.DescribePixelFormat(format).Float && i%2 == 1 {
				b[i] = 0x3a // a number between 0 and 1
			}
		}
		return b
	}
	for _, p := range planesOf(format, width, height) {
		pixels = append(pixels, fill(make([]byte, p.bytes*p.rows)))
	}
	return pixels, fill(make([]byte, paletteBytes))
}

// arrange puts the picture into memory. Pages that hold no pixel cannot be read. All other bytes
// that are not pixels have the value of padding.
func (a arrangement) arrange(
	t *testing.T, format astiav.PixelFormat, width, height int, padding byte,
) (in pipeline.Input, free func()) {
	t.Helper()
	page := os.Getpagesize()
	pixels, palette := noisy(format, width, height)
	in = pipeline.Input{Format: format, Loan: pipeline.NewLoan(1)}
	var maps [][]byte
	for i, p := range planesOf(format, width, height) {
		stride := p.bytes + a.padding + a.pages*page
		size := stride*(p.rows-1) + p.bytes
		room := (size + page - 1) / page * page
		memory, err := unix.Mmap(-1, 0, room+2*page, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
		require.NoError(t, err)
		maps = append(maps, memory)
		for k := range memory {
			memory[k] = padding
		}
		begin := page
		if a.late {
			begin += room - size
		}
		used := make([]bool, len(memory)/page)
		for y := range p.rows {
			from := begin + y*stride
			row := y
			if a.bottomUp {
				row = p.rows - 1 - y
			}
			copy(memory[from:], pixels[i][row*p.bytes:][:p.bytes])
			for k := from / page; k <= (from+p.bytes-1)/page; k++ {
				used[k] = true
			}
		}
		for k, u := range used {
			if !u {
				require.NoError(t, unix.Mprotect(memory[k*page:][:page], unix.PROT_NONE))
			}
		}
		in.Planes[i], in.Strides[i] = unsafe.Pointer(&memory[begin]), stride
		if a.bottomUp {
			in.Planes[i], in.Strides[i] = unsafe.Pointer(&memory[begin+(p.rows-1)*stride]), -stride
		}
	}
	if astiavx.DescribePixelFormat(format).Palette {
		in.Planes[1], in.Strides[1] = unsafe.Pointer(&palette[0]), paletteBytes
	}
	return in, func() {
		for _, m := range maps {
			require.NoError(t, unix.Munmap(m))
		}
	}
}

// converted returns the bytes of the converted picture.
func converted(t *testing.T, cfg ConvertConfig, in pipeline.Input) [][]byte {
	t.Helper()
	f := convertOne(t, cfg, in)
	defer f.Free()
	var out [][]byte
	for i, p := range planesOf(cfg.Format, cfg.OutWidth, cfg.OutHeight) {
		out = append(out, rows(f, i, p.bytes, p.rows))
	}
	return out
}

// TestRowsAreReadWhereTheyLie converts pictures of every format with rows at all kinds of
// distances, between pages that cannot be read. They become what pictures without padding become,
// whatever the padding holds.
func TestRowsAreReadWhereTheyLie(t *testing.T) {
	mediatest.NoLeaks(t)
	outputs := []string{
		"yuv420p", "yuv444p", "gray", "nv12", "rgb24", "bgr0", "yuv420p10le", "yuv422p", "gbrp", "gbrp10le", "yuva420p",
		"rgb48le", "gray16le", "p010le", "gbrap12le", "gbrpf32le", "monow", "uyvy422", "yuvj420p", "xyz12le",
	}
	long := mediatest.Long(t)
	for k, name := range astiavx.PixelFormats(astiavx.CanScaleFrom) {
		input := astiav.FindPixelFormatByName(name)
		for o, output := range outputs {
			if !long && (o+k)%13 != 0 && output != name {
				continue
			}
			for i, size := range [][2]int{{67, 5}, {130, 6}} {
				if !long && i != (k+o/2)%2 {
					continue
				}
				testRows(t, input, astiav.FindPixelFormatByName(output), size[0], size[1], k+o)
			}
		}
	}
}

// TestRowsOfFormatsThatDifferInAlpha converts between formats that differ in the plane of alpha,
// and between formats that differ in the range that they imply.
func TestRowsOfFormatsThatDifferInAlpha(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, pair := range [][2]string{
		{"gbrp10le", "gbrap10le"},
		{"gbrap10le", "gbrp10le"},
		{"gbrp16be", "gbrap16be"},
		{"gbrap12be", "gbrp12be"},
		{"gbrp", "gbrap"},
		{"gbrap", "gbrp"},
		{"yuvj420p", "yuv420p"},
		{"yuvj444p", "yuv444p"},
		{"yuv422p", "yuvj422p"},
	} {
		input, output := astiav.FindPixelFormatByName(pair[0]), astiav.FindPixelFormatByName(pair[1])
		for size := range 8 {
			testRows(t, input, output, 60+2*size, 6, 0)
		}
	}
}

// testRows compares all arrangements of a picture with one without padding. Sizes that the output
// cannot have are padded or cropped.
func testRows(t *testing.T, input, output astiav.PixelFormat, width, height, turn int) {
	t.Helper()
	info := astiavx.DescribePixelFormat(output)
	cfg := sameSize(width, height, output, bt709(astiav.ColorRangeMpeg))
	if info.RGB {
		cfg.Color.Space, cfg.Color.Range = astiav.ColorSpaceRgb, astiav.ColorRangeJpeg
	}
	cfg.InputColor = bt709(astiav.ColorRangeMpeg)
	step := 1
	if turn%2 == 1 {
		step = -1
	}
	if info.Log2ChromaWidth > 0 && width%2 == 1 {
		cfg.OutWidth += step
	}
	if info.Log2ChromaHeight > 0 && height%2 == 1 {
		cfg.OutHeight += step
	}
	in, free := arrangement{}.arrange(t, input, width, height, 0)
	want := converted(t, cfg, in)
	free()
	for i, a := range arrangements {
		in, free := a.arrange(t, input, width, height, byte(17*i+turn))
		got := converted(t, cfg, in)
		free()
		require.Equal(t, want, got, fmt.Sprintf("%s to %s, %d×%d, %s", input, output, width, height, a.name))
	}
}
