package nodes

import (
	"math"
	"os"
	"unsafe"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/pipeline"
)

// overread is how many bytes beyond the end of a row swscale may read. It works in blocks, and
// relies on the spare bytes that FFmpeg's own frames have there. Measured over all pairs of formats
// with every row between pages that may not be read: at most 326 (RGB of 16 bits to XYZ), and none
// before a row.
const overread = 512

// shelter copies the pictures that swscale must not read in place:
//   - pictures with a row behind which there may be no memory to read;
//   - mosaics of odd size: swscale reads them in squares of two by two pixels, beyond the last
//     column and row;
//   - rows at a distance that swscale cannot compute with: its offsets are of type int, and for
//     samples of several bytes it counts in these samples, or ends the process;
//   - rows that lie bottom up in the format of the output, which swscale copies as if they did not.
//
// All other pictures are read in place: the bytes behind a row are read too, and change nothing.
type shelter struct {
	output astiav.PixelFormat // of the conversion
	format astiav.PixelFormat // of the pictures; all have one size
	planes []plane
	frame  pipeline.Frame // of the format; allocated when it is needed
}

// secure returns the picture, of width × height pixels, or a copy with spare bytes behind it. The
// copy is valid until the next call.
func (s *shelter) secure(in pipeline.Input, width, height int) (pipeline.Input, error) {
	if s.planes == nil || s.format != in.Format {
		s.free()
		s.format, s.planes = in.Format, planesOf(in.Format, width, height)
	}
	odd := astiavx.DescribePixelFormat(in.Format).Mosaic && (width%2 == 1 || height%2 == 1)
	if !odd && (in.Owned.Frame != nil || !s.hasOddRows(in) && !s.meetsMemoryEnd(in)) {
		return in, nil
	}
	if s.frame.Frame == nil {
		var err error
		if s.frame, err = newScratch(s.format, width, height); err != nil {
			return in, err
		}
	}
	out := s.copy(in)
	if odd {
		s.completeSquares(out, width, height)
	}
	return out, nil
}

// copy copies a picture, and its palette if it has one, to the frame.
func (s *shelter) copy(in pipeline.Input) pipeline.Input {
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
	return out
}

// completeSquares gives a mosaic of odd size one more column and row. Each is a copy of the last
// one that has the same colours. The frame has room for them.
func (s *shelter) completeSquares(picture pipeline.Input, width, height int) {
	data, stride, row := picture.Planes[0], picture.Strides[0], s.planes[0].bytes
	step := row / width
	if height%2 == 1 && height > 2 {
		last := unsafe.Add(data, (height-2)*stride)
		astiavx.CopyPlane(unsafe.Add(data, height*stride), stride, last, stride, row, 1)
	}
	if width%2 == 1 && width > 2 {
		last := unsafe.Add(data, (width-2)*step)
		astiavx.CopyPlane(unsafe.Add(data, width*step), stride, last, stride, step, height+height%2)
	}
}

// hasOddRows returns true if the rows of a plane lie at a distance that swscale cannot compute
// with.
func (s *shelter) hasOddRows(in pipeline.Input) bool {
	word := astiavx.DescribePixelFormat(in.Format).Word()
	for i, p := range s.planes {
		stride := in.Strides[i]
		if stride < 0 && astiavx.WithoutRange(in.Format) == astiavx.WithoutRange(s.output) {
			return true
		}
		if stride%word != 0 || max(stride, -stride) > math.MaxInt32/p.rows {
			return true
		}
	}
	return false
}

// meetsMemoryEnd returns true if an overread of a row may reach a page of memory that no row of its
// plane reaches.
func (s *shelter) meetsMemoryEnd(in pipeline.Input) bool {
	page := uintptr(os.Getpagesize())
	for i, p := range s.planes {
		first, distance := uintptr(in.Planes[i]), in.Strides[i]
		if distance < 0 { // begin with the row that lies first in memory
			first, distance = first-uintptr(-distance*(p.rows-1)), -distance
		}
		row := p.rows - 1
		if distance-p.bytes >= int(page) { // pages of padding only may lie behind any row
			row = 0
		}
		for ; row < p.rows; row++ {
			last := first + uintptr(row*distance+p.bytes) - 1
			if last/page != (last+overread)/page {
				return true
			}
		}
	}
	return false
}

func (s *shelter) free() {
	s.frame.Free()
	s.frame = pipeline.Frame{}
}
