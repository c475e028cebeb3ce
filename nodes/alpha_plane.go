package nodes

import (
	"strings"
	"unsafe"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/pipeline"
)

// differInAlpha returns true for two formats of planar RGB, of samples of two bytes, of which one
// has a plane of alpha more. Swscale copies half of each row between them, unless the rows lie at
// equal distances (planarRgbToplanarRgbWrapper in libswscale/swscale_unscaled.c).
func differInAlpha(a, b astiav.PixelFormat) bool {
	x, y := astiavx.DescribePixelFormat(a), astiavx.DescribePixelFormat(b)
	planar := x.RGB && y.RGB && min(x.Planes, y.Planes) == 3 && max(x.Planes, y.Planes) == 4
	if !planar || x.Bits <= 8 || x.Float {
		return false
	}
	colors := func(f astiav.PixelFormat) string { return strings.Replace(f.Name(), "gbrap", "gbrp", 1) }
	return colors(a) == colors(b)
}

// copyColors copies the planes of G, B and R. If out has a plane of alpha, it becomes opaque.
func copyColors(out pipeline.Frame, picture pipeline.Input) {
	strides, format := stridesOf(out), out.PixelFormat()
	for i, p := range planesOf(format, out.Width(), out.Height()) {
		to := astiavx.Plane(out.Frame, i)
		if i < 3 {
			astiavx.CopyPlane(to, strides[i], picture.Planes[i], picture.Strides[i], p.bytes, p.rows)
			continue
		}
		opaque := opaqueSample(format)
		for y := range p.rows {
			row := unsafe.Slice((*byte)(unsafe.Add(to, y*strides[i])), p.bytes)
			for n := copy(row, opaque[:]); n < len(row); n *= 2 {
				copy(row[n:], row[:n])
			}
		}
	}
}

// opaqueSample returns the largest sample of a format whose samples have two bytes.
func opaqueSample(format astiav.PixelFormat) [2]byte {
	most := 1<<astiavx.DescribePixelFormat(format).Bits - 1
	low, high := byte(most), byte(most>>8)
	if strings.HasSuffix(format.Name(), "be") {
		return [2]byte{high, low}
	}
	return [2]byte{low, high}
}
