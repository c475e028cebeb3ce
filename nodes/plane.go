package nodes

import (
	"fmt"
	"unsafe"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/pipeline"
)

// paletteBytes is the size of a palette: 256 colours of 4 bytes.
const paletteBytes = 1024

// plane describes the part of a plane that holds pixels.
type plane struct {
	bytes int // of a row
	rows  int
	step  int // bytes from one pixel to the next
}

// planesOf returns the planes of a picture of this format and size in pixels.
func planesOf(format astiav.PixelFormat, width, height int) []plane {
	raw, _ := astiavx.RawLayout(format, width, height)
	info := astiavx.DescribePixelFormat(format)
	planes := make([]plane, info.Planes)
	for i := range planes {
		planes[i] = plane{bytes: raw.Strides[i], rows: info.Rows(i, height), step: info.Bytes[i]}
	}
	return planes
}

// stridesOf returns the bytes per row of each plane.
func stridesOf(f pipeline.Frame) [4]int {
	all := f.Linesize()
	return [4]int(all[:4])
}

// newScratch allocates a picture that a node uses again and again.
func newScratch(format astiav.PixelFormat, width, height int) (pipeline.Frame, error) {
	f := pipeline.NewFrame()
	f.SetWidth(width)
	f.SetHeight(height)
	f.SetPixelFormat(format)
	if err := f.AllocBuffer(0); err != nil {
		f.Free()
		return pipeline.Frame{}, fmt.Errorf("allocate a picture of %d×%d %s: %w", width, height, format, err)
	}
	return f, nil
}

// pictureIn returns the picture in a frame, which still owns the memory.
func pictureIn(f pipeline.Frame) pipeline.Input {
	picture := pipeline.Input{Format: f.PixelFormat(), Strides: stridesOf(f)}
	for i := range picture.Planes {
		picture.Planes[i] = astiavx.Plane(f.Frame, i)
	}
	return picture
}

// copier copies pictures of one format and size.
type copier struct {
	planes  []plane
	palette bool
}

func newCopier(format astiav.PixelFormat, width, height int) copier {
	return copier{
		planes:  planesOf(format, width, height),
		palette: astiavx.DescribePixelFormat(format).Palette,
	}
}

// copyRows copies a plane, in the order in which the rows of the source lie in memory: processors
// load memory ahead in that order.
func copyRows(dst unsafe.Pointer, dstStride int, src unsafe.Pointer, srcStride int, p plane) {
	if srcStride < 0 {
		dst, src = unsafe.Add(dst, (p.rows-1)*dstStride), unsafe.Add(src, (p.rows-1)*srcStride)
		dstStride, srcStride = -dstStride, -srcStride
	}
	astiavx.CopyPlane(dst, dstStride, src, srcStride, p.bytes, p.rows)
}

// copy copies the rows of a picture, and its palette if it has one.
func (c *copier) copy(dst pipeline.Frame, src pipeline.Input) {
	strides := stridesOf(dst)
	for i, plane := range c.planes {
		to := astiavx.Plane(dst.Frame, i)
		copyRows(to, strides[i], src.Planes[i], src.Strides[i], plane)
	}
	if c.palette {
		astiavx.CopyPlane(astiavx.Plane(dst.Frame, 1), paletteBytes, src.Planes[1], paletteBytes, paletteBytes, 1)
	}
}
