package rgbyuv

import (
	"fmt"
	"image/color"
	"math"
	"math/rand/v2"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"
)

// guard fills what lies beside a picture.
const guard = 0xA5

// plane is rows of bytes in memory of which they are a part.
type plane struct {
	mem                         []byte
	offset, stride, width, rows int
}

// guarded returns a plane with bytes before it, behind it and between its rows.
func guarded(lead, padding int) func(width, rows int) plane {
	return func(width, rows int) plane {
		p := plane{offset: lead, stride: width + padding, width: width, rows: rows}
		p.mem = make([]byte, lead+p.stride*rows+64)
		for i := range p.mem {
			p.mem[i] = guard
		}
		return p
	}
}

func (p plane) row(y int) []byte {
	at := p.offset + y*p.stride
	return p.mem[at : at+p.width : at+p.width]
}

// touched says at which byte beside the rows something was written, or -1.
func (p plane) touched() int {
	for i, v := range p.mem {
		if at := i - p.offset; v != guard && (at < 0 || at >= p.rows*p.stride || at%p.stride >= p.width) {
			return i
		}
	}
	return -1
}

// picture is the planes of an input or output.
type picture []plane

func (p picture) planes() (out Planes) {
	for i, plane := range p {
		out.Data[i], out.Stride[i] = unsafe.Pointer(&plane.mem[plane.offset]), plane.stride
	}
	return out
}

// requireIntact fails if something beside the picture was written.
func (p picture) requireIntact(t testing.TB) {
	t.Helper()
	for i, plane := range p {
		if at := plane.touched(); at >= 0 {
			require.Fail(t, "a byte beside the picture was written",
				"plane %d (%dx%d, stride %d, offset %d), byte %d", i, plane.width, plane.rows,
				plane.stride, plane.offset, at)
		}
	}
}

// samples are the planes without padding.
func (p picture) samples() [][]byte {
	out := make([][]byte, len(p))
	for i, plane := range p {
		for y := range plane.rows {
			out[i] = append(out[i], plane.row(y)...)
		}
	}
	return out
}

// newOutput lays an output picture out.
func newOutput(o Output, width, height int, alloc func(width, rows int) plane) picture {
	p := picture{alloc(width, height)}
	w, h := (width+1)/2, (height+1)/2
	switch o {
	case I444, RGB:
		p = append(p, alloc(width, height), alloc(width, height))
	case I420:
		p = append(p, alloc(w, h), alloc(w, h))
	case NV12:
		p = append(p, alloc(2*w, h))
	}
	return p
}

// colours is a picture in R, G, B, row by row.
type colours struct {
	width, height int
	pixels        [][3]byte
}

// input lays the picture out as an input. Alpha is anything.
func (c colours) input(in Input, alloc func(width, rows int) plane) picture {
	l := layouts[in]
	if l.step == 0 {
		return c.jpeg(l, [2]int{}, alloc)
	}
	p := picture{alloc(c.width*l.step, c.height)}
	if in == PlanarRGB {
		p = append(p, alloc(c.width, c.height), alloc(c.width, c.height))
	}
	for i, rgb := range c.pixels {
		x, y := i%c.width, i/c.width
		for channel, at := range l.order {
			if in == PlanarRGB {
				p[at].row(y)[x] = rgb[channel]
			} else {
				p[0].row(y)[x*l.step+at] = rgb[channel]
			}
		}
	}
	return p
}

// jpeg lays the picture out as Y, Cb and Cr, each chroma sample that of the last pixel of its
// block. The picture begins within a block as the phase says.
func (c colours) jpeg(l layout, phase [2]int, alloc func(width, rows int) plane) picture {
	block := func(v, i int) int { return (v + phase[i]) >> l.shift[i] }
	width, height := block(c.width-1, 0)+1, block(c.height-1, 1)+1
	p := picture{alloc(c.width, c.height), alloc(width, height), alloc(width, height)}
	for i, rgb := range c.pixels {
		x, y := i%c.width, i/c.width
		luma, blue, red := color.RGBToYCbCr(rgb[0], rgb[1], rgb[2])
		p[0].row(y)[x], p[1].row(block(y, 1))[block(x, 0)], p[2].row(block(y, 1))[block(x, 0)] = luma, blue, red
	}
	return p
}

// noise is a picture of random colours, many of them extreme.
func noise(width, height int) colours {
	rnd := rand.New(rand.NewPCG(uint64(width), uint64(height)))
	return newColours(width, height, func(int, int) (rgb [3]byte) {
		for i := range rgb {
			rgb[i] = byte(max(0, min(255, rnd.IntN(400)-72)))
		}
		return rgb
	})
}

// natural is a picture of soft gradients with an edge or two and a little grain.
func natural(width, height int) colours {
	rnd := rand.New(rand.NewPCG(7, 7))
	return newColours(width, height, func(x, y int) (rgb [3]byte) {
		u, v := float64(x)/float64(width), float64(y)/float64(height)
		light := .5 + .4*math.Sin(3*u+2*v) - .3*v
		if math.Hypot(u-.6, v-.4) < .2 {
			light *= .4
		}
		for i := range rgb {
			tint := .8 + .2*math.Cos(4*u-3*v+2*float64(i))
			rgb[i] = byte(max(0, min(255, 255*light*tint+4*rnd.NormFloat64())))
		}
		return rgb
	})
}

func newColours(width, height int, at func(x, y int) [3]byte) colours {
	c := colours{width: width, height: height}
	for y := range height {
		for x := range width {
			c.pixels = append(c.pixels, at(x, y))
		}
	}
	return c
}

// eachConfig calls f with every configuration of one output that differs from the others in more
// than the input.
func eachConfig(f func(Config)) {
	for o := range numOutputs {
		for m := range numMatrices {
			for r := range numRanges {
				for s := range numSitings {
					f(Config{Output: o, Matrix: m, Range: r, Siting: s})
				}
			}
		}
	}
}

func (c Config) String() string {
	return fmt.Sprintf("%s to %s, %s, %s range, %s", c.Input, c.Output, []string{"BT.601", "BT.709", "BT.2020"}[c.Matrix],
		[]string{"limited", "full"}[c.Range], []string{"centre", "left", "top left"}[c.Siting])
}

func (i Input) String() string {
	return []string{
		"rgb24", "bgr24", "rgba", "bgra", "argb", "abgr", "planar",
		"jpeg444", "jpeg422", "jpeg420", "jpeg440", "jpeg411", "jpeg410",
	}[i]
}

func (o Output) String() string { return []string{"gray", "i444", "i420", "nv12", "rgb"}[o] }
