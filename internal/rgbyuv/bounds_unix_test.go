//go:build unix

package rgbyuv

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// TestBounds converts pictures that begin, and pictures that end, where memory does: a byte read or
// written beyond kills the test. The last row has no padding, as in memory that holds no more than
// it must.
func TestBounds(t *testing.T) {
	for _, atEnd := range []bool{false, true} {
		for _, size := range sizes {
			from := noise(size[0], size[1])
			m := &mapper{t: t, atEnd: atEnd, padding: size[0] % 3}
			for in := range numInputs {
				src := from.input(in, m.alloc).planes()
				for o := range numOutputs {
					dst := newOutput(o, size[0], size[1], m.alloc).planes()
					for s := range numSitings {
						for _, l := range levels() {
							c, _ := newAt(l, Config{Input: in, Output: o, Siting: s})
							c.Convert(dst, src, size[0], size[1])
						}
					}
				}
			}
			m.free()
		}
	}
}

// mapper allocates planes between pages that may not be touched.
type mapper struct {
	t       *testing.T
	atEnd   bool
	padding int
	maps    [][]byte
}

func (m *mapper) alloc(width, rows int) plane {
	page := unix.Getpagesize()
	p := plane{stride: width + m.padding, width: width, rows: rows}
	size := p.stride*(rows-1) + width
	pages := (size + page - 1) / page * page
	mem, err := unix.Mmap(-1, 0, pages+2*page, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON)
	require.NoError(m.t, err)
	m.maps = append(m.maps, mem)
	require.NoError(m.t, unix.Mprotect(mem[:page], unix.PROT_NONE))
	require.NoError(m.t, unix.Mprotect(mem[page+pages:], unix.PROT_NONE))
	start := page
	if m.atEnd {
		start = page + pages - size
	}
	p.mem = mem[start : start+size]
	return p
}

func (m *mapper) free() {
	for _, mem := range m.maps {
		require.NoError(m.t, unix.Munmap(mem))
	}
}

// TestLargePictures converts packed pictures that are loaded ahead, up to the end of mapped memory,
// and compares them with planes.
func TestLargePictures(t *testing.T) {
	const width, height = 4113, 511
	from := noise(width, height)
	m := &mapper{t: t, atEnd: true}
	defer m.free()
	want := newOutput(I420, width, height, m.alloc)
	c, _ := New(Config{Input: PlanarRGB, Output: I420})
	c.Convert(want.planes(), from.input(PlanarRGB, m.alloc).planes(), width, height)
	for _, in := range []Input{RGB24, RGBA, ARGB} {
		src := from.input(in, m.alloc)
		for _, l := range levels() {
			c, _ := newAt(l, Config{Input: in, Output: I420})
			got := newOutput(I420, width, height, m.alloc)
			c.Convert(got.planes(), src.planes(), width, height)
			for i, plane := range got.samples() {
				require.True(t, bytes.Equal(want.samples()[i], plane), "%s, %s: plane %d", in, l, i)
			}
		}
	}
}
