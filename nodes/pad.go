package nodes

import (
	"unsafe"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/pipeline"
)

// padder enlarges pictures by repeating their last column and row. An encoder with subsampled
// chroma needs that for pictures of odd size.
type padder struct {
	width, height int     // of the result
	from, to      []plane // of the scratch picture's format, before and after
	scratch       pipeline.Frame
}

// enlarges returns true if pictures of this size need padding.
func (p *padder) enlarges(width, height int) bool { return p.width > width || p.height > height }

// pad returns a copy of the picture, of width × height pixels, in the padder's size. The copy is
// valid until the next call.
func (p *padder) pad(in pipeline.Input, width, height int) (pipeline.Input, error) {
	if err := p.prepare(in.Format, width, height); err != nil {
		return in, err
	}
	out, from, to := in, p.from, p.to
	strides := stridesOf(p.scratch)
	for i := range from {
		out.Planes[i], out.Strides[i] = astiavx.Plane(p.scratch.Frame, i), strides[i]
		astiavx.CopyPlane(out.Planes[i], out.Strides[i], in.Planes[i], in.Strides[i], from[i].bytes, from[i].rows)
		repeatEdge(unsafe.Slice((*byte)(out.Planes[i]), strides[i]*to[i].rows), strides[i], from[i], to[i])
	}
	return out, nil
}

// repeatEdge fills the columns and rows that "to" has and "from" has not.
func repeatEdge(pixels []byte, stride int, from, to plane) {
	for y := range from.rows {
		row := pixels[y*stride:]
		for x := from.bytes; x < to.bytes; x += from.step {
			copy(row[x:x+from.step], row[x-from.step:x])
		}
	}
	for y := from.rows; y < to.rows; y++ {
		copy(pixels[y*stride:y*stride+to.bytes], pixels[(y-1)*stride:])
	}
}

// prepare allocates the scratch picture in this format. All pictures have the same size, of width ×
// height pixels.
func (p *padder) prepare(format astiav.PixelFormat, width, height int) error {
	if p.scratch.Frame != nil && p.scratch.PixelFormat() == format {
		return nil
	}
	p.free()
	p.from, p.to = planesOf(format, width, height), planesOf(format, p.width, p.height)
	var err error
	p.scratch, err = newScratch(format, p.width, p.height)
	return err
}

func (p *padder) free() {
	p.scratch.Free()
	p.scratch = pipeline.Frame{}
}
