package nodes

import (
	"fmt"
	"os"
	"unsafe"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/pipeline"
)

// overread is how far beyond the end of a plane swscale may read: it works in blocks, and counts on the room that FFmpeg's own frames have there.
const overread = 256

// shelter copies the pictures that swscale must not read where they are: the few behind whose end memory may end, too, and mosaics of odd sizes, which swscale
// reads in squares of four, beyond their last column and row. All others are read in place, as what lies behind them, though it is read, makes no difference.
type shelter struct {
	format astiav.PixelFormat // of the pictures, which all have one size
	planes []plane
	frame  pipeline.Frame // of the format; allocated when it is needed
}

// of returns the picture, of width × height pixels, or a copy with room behind it that is valid until the next call.
func (s *shelter) of(in pipeline.Input, width, height int) (pipeline.Input, error) {
	if s.planes == nil || s.format != in.Format {
		s.free()
		s.format, s.planes = in.Format, planesOf(in.Format, width, height)
	}
	odd := astiavx.DescribePixelFormat(in.Format).Mosaic && (width%2 == 1 || height%2 == 1)
	if !odd && (in.Owned.Frame != nil || !s.endsWithMemory(in)) {
		return in, nil
	}
	if err := s.prepare(width, height); err != nil {
		return in, err
	}
	out := in
	strides := stridesOf(s.frame)
	for i, p := range s.planes {
		out.Planes[i], out.Strides[i] = astiavx.Plane(s.frame.Frame, i), strides[i]
		astiavx.CopyPlane(out.Planes[i], out.Strides[i], in.Planes[i], in.Strides[i], p.bytes, p.rows)
	}
	if astiavx.DescribePixelFormat(in.Format).Palette {
		out.Planes[1] = astiavx.Plane(s.frame.Frame, 1)
		astiavx.CopyPlane(out.Planes[1], paletteBytes, in.Planes[1], paletteBytes, paletteBytes, 1)
	}
	if odd {
		s.completeSquares(out, width, height)
	}
	return out, nil
}

// completeSquares gives a mosaic of an odd size one more column and row, each as the last of the same colours. The frame has room for them.
func (s *shelter) completeSquares(picture pipeline.Input, width, height int) {
	data, stride, row := picture.Planes[0], picture.Strides[0], s.planes[0].bytes
	step := row / width
	if height%2 == 1 && height > 2 {
		astiavx.CopyPlane(unsafe.Add(data, height*stride), stride, unsafe.Add(data, (height-2)*stride), stride, row, 1)
	}
	if width%2 == 1 && width > 2 {
		astiavx.CopyPlane(unsafe.Add(data, width*step), stride, unsafe.Add(data, (width-2)*step), stride, step, height+height%2)
	}
}

// paletteBytes are 256 colours of 4 bytes.
const paletteBytes = 1024

// endsWithMemory says whether reading beyond a plane may lead to another page of memory than the plane itself.
func (s *shelter) endsWithMemory(in pipeline.Input) bool {
	page := uintptr(os.Getpagesize())
	for i, p := range s.planes {
		last := uintptr(in.Planes[i]) + uintptr(in.Strides[i]*(p.rows-1)+p.bytes) - 1
		if last/page != (last+overread)/page {
			return true
		}
	}
	return false
}

func (s *shelter) prepare(width, height int) error {
	if s.frame.Frame != nil {
		return nil
	}
	s.frame = pipeline.NewFrame()
	s.frame.SetWidth(width)
	s.frame.SetHeight(height)
	s.frame.SetPixelFormat(s.format)
	if err := s.frame.AllocBuffer(0); err != nil {
		s.free()
		return fmt.Errorf("allocate a picture of %d×%d %s: %w", width, height, s.format, err)
	}
	return nil
}

func (s *shelter) free() {
	s.frame.Free()
	s.frame = pipeline.Frame{}
}
