package rgbyuv

//#cgo CFLAGS: -O3 -Wno-psabi
//#cgo noescape rgbyuv_convert
//#cgo nocallback rgbyuv_convert
//#include "rgbyuv.h"
import "C"

import "unsafe"

// Planes are the addresses of a picture. Planes that its layout lacks are nil, and ignored. A
// stride is in bytes. It may be negative, for pictures that are stored upside down, and may have
// any size that holds a row. Nothing needs to be aligned.
type Planes struct {
	Data   [4]unsafe.Pointer
	Stride [4]int
	Phase  [2]int // of JPEG: column and row of the first pixel within its block of chroma
}

// Converter is a conversion: coefficients, and the kernels for this CPU. Any number of goroutines
// may share it.
type Converter struct {
	config C.struct_rgbyuv_config
}

// New returns a Converter with the fastest kernels for this CPU; false: a field of the config is
// not one of its constants.
func New(cfg Config) (*Converter, bool) { return newAt(levels()[0], cfg) }

// newAt returns a Converter with the kernels of a level that this CPU has.
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

// Convert converts a picture. It reads and writes the width x height pixels of src and dst, which
// must not overlap, and no byte outside them. Go memory among them must be pinned.
func (c *Converter) Convert(dst, src Planes, width, height int) {
	c.ConvertRows(dst, src, width, height, 0, height)
}

// ConvertRows converts the rows from y0 to before y1 of a picture; the planes are those of the
// whole picture. For 4:2:0, y0 must be even, and y1 even or the height. Several goroutines may
// convert bands of one picture at once.
func (c *Converter) ConvertRows(dst, src Planes, width, height, y0, y1 int) {
	C.rgbyuv_convert(&c.config,
		src.Data[0], C.ptrdiff_t(src.Stride[0]), src.Data[1], C.ptrdiff_t(src.Stride[1]),
		src.Data[2], C.ptrdiff_t(src.Stride[2]),
		dst.Data[0], C.ptrdiff_t(dst.Stride[0]), dst.Data[1], C.ptrdiff_t(dst.Stride[1]),
		dst.Data[2], C.ptrdiff_t(dst.Stride[2]),
		C.int(width), C.int(height), C.int(y0), C.int(y1), C.int(src.Phase[0]), C.int(src.Phase[1]))
}
