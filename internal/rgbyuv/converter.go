package rgbyuv

//#cgo CFLAGS: -O3 -Wno-psabi
//#cgo noescape rgbyuv_convert
//#cgo nocallback rgbyuv_convert
//#include "rgbyuv.h"
import "C"

import "unsafe"

// Planes is where a picture lies. Planes that its layout lacks are nil, and ignored. A stride is in bytes; it may be negative, for
// pictures that are stored upside down, and of any length that holds a row. Nothing needs to be aligned.
type Planes struct {
	Data   [4]unsafe.Pointer
	Stride [4]int
	Phase  [2]int // of JPEG: the column and the row of the first pixel within the block of the first chroma sample
}

// Converter is a conversion: coefficients, and kernels for this CPU. Any number of goroutines may share it.
type Converter struct {
	config C.struct_rgbyuv_config
}

// New returns a Converter with the best kernels for this CPU. False: the config names something that is not covered.
func New(cfg Config) (*Converter, bool) { return newAt(levels()[0], cfg) }

// newAt returns a Converter of a level that this CPU has.
func newAt(l level, cfg Config) (*Converter, bool) {
	if !cfg.valid() {
		return nil, false
	}
	in, k := layouts[cfg.Input], newCoefficients(cfg.Matrix, cfg.Range)
	c := &Converter{config: C.struct_rgbyuv_config{
		level: C.int(l), output: outputs[cfg.Output], siting: sitings[cfg.Siting], step: C.int(in.step),
		y0: C.uint16_t(k.y0), c0: C.uint16_t(k.c0),
	}}
	for i := range 3 {
		c.config.order[i] = C.int(in.order[i])
		c.config.y[i], c.config.u[i], c.config.v[i] = C.uint16_t(k.y[i]), C.uint16_t(k.u[i]), C.uint16_t(k.v[i])
	}
	for i, shift := range in.shift {
		c.config.shift[i] = C.int(shift)
	}
	return c, true
}

var (
	outputs = [numOutputs]C.int{Gray: C.GRAY, I444: C.I444, I420: C.I420, NV12: C.NV12, RGB: C.RGB}
	sitings = [numSitings]C.int{Centre: C.CENTRE, Left: C.LEFT, TopLeft: C.TOP_LEFT}
)

// Convert converts a picture. It touches the width x height pixels of src and dst, which must not overlap, and no byte beside
// them. Go memory among them must be pinned.
func (c *Converter) Convert(dst, src Planes, width, height int) {
	c.ConvertRows(dst, src, width, height, 0, height)
}

// ConvertRows converts the rows from y0 to before y1 of a picture; the planes are those of the whole picture. For 4:2:0, y0 must be
// even, and y1 even or the height. Goroutines may convert bands of one picture at the same time.
func (c *Converter) ConvertRows(dst, src Planes, width, height, y0, y1 int) {
	C.rgbyuv_convert(&c.config,
		src.Data[0], C.ptrdiff_t(src.Stride[0]), src.Data[1], C.ptrdiff_t(src.Stride[1]), src.Data[2], C.ptrdiff_t(src.Stride[2]),
		dst.Data[0], C.ptrdiff_t(dst.Stride[0]), dst.Data[1], C.ptrdiff_t(dst.Stride[1]), dst.Data[2], C.ptrdiff_t(dst.Stride[2]),
		C.int(width), C.int(height), C.int(y0), C.int(y1), C.int(src.Phase[0]), C.int(src.Phase[1]))
}
