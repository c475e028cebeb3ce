package nodes

import (
	"fmt"
	"unsafe"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/pipeline"
)

// plane is the part of a plane that holds pixels.
type plane struct {
	bytes, rows int // bytes of a row that hold pixels, and how many rows
	step        int // bytes of a pixel
}

// planesOf returns the planes of a picture of this size, in pixels.
func planesOf(format astiav.PixelFormat, width, height int) []plane {
	raw, _ := astiavx.RawLayout(format, width, height)
	info := astiavx.DescribePixelFormat(format)
	planes := make([]plane, info.Planes)
	for i := range planes {
		rows := height
		if i == 1 || i == 2 {
			rows = (height + 1<<info.Log2ChromaHeight - 1) >> info.Log2ChromaHeight
		}
		planes[i] = plane{bytes: raw.Strides[i], rows: rows, step: info.Bytes[i]}
	}
	return planes
}

// padder makes pictures larger by repeating their last column and row: what an encoder with subsampled chroma needs of a picture of odd size.
type padder struct {
	width, height int     // of the result
	from, to      []plane // of the scratch's format: before and after
	scratch       pipeline.Frame
}

// enlarges says whether pictures of this size need padding.
func (p *padder) enlarges(width, height int) bool { return p.width > width || p.height > height }

// pad returns the picture, of width × height pixels, in the padder's size, as a copy that is valid until the next call.
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

// repeatEdge fills what to has more than from.
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

// prepare allocates the scratch picture in this format, for pictures of width × height pixels,
// which is the same for all.
func (p *padder) prepare(format astiav.PixelFormat, width, height int) error {
	if p.scratch.Frame != nil && p.scratch.PixelFormat() == format {
		return nil
	}
	p.free()
	p.from, p.to = planesOf(format, width, height), planesOf(format, p.width, p.height)
	p.scratch = pipeline.NewFrame()
	p.scratch.SetWidth(p.width)
	p.scratch.SetHeight(p.height)
	p.scratch.SetPixelFormat(format)
	if err := p.scratch.AllocBuffer(0); err != nil {
		return fmt.Errorf("allocate a picture of %d×%d %s: %w", p.width, p.height, format, err)
	}
	return nil
}

func (p *padder) free() {
	p.scratch.Free()
	p.scratch = pipeline.Frame{}
}
