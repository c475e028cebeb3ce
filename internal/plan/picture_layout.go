package plan

import (
	"fmt"
	"math"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/fault"
)

// pictureLayout is how a picture lies in memory: its planes one after another, and behind them its
// palette if the format has one.
type pictureLayout struct {
	format astiav.PixelFormat
	areas  [4]area // in the order in which they lie in memory
	planes int     // how many of the areas are planes
	all    int     // how many areas there are: the planes, and a palette
}

// area is how a plane or a palette lies in memory. A palette is one row.
type area struct {
	plane  int // the number of the plane in FFmpeg's order
	row    int // bytes of a row without padding
	rows   int
	stride int // bytes from one row to the next
}

// firstRow returns the offset of the first row of the picture, and the distance from each row to
// the next, which is negative if the last row comes first.
func (a area) firstRow(bottomUp bool) (offset, stride int) {
	if bottomUp && a.rows > 1 {
		return (a.rows - 1) * a.stride, -a.stride
	}
	return 0, a.stride
}

// paletteSize is the size of a palette: 256 colours of 4 bytes.
const paletteSize = 1024

// newLayout returns the layout of pictures without padding.
func (p *Video) newLayout(layout Layout) (l pictureLayout, err error) {
	width, height := p.Config.Width, p.Config.Height
	if err := p.checkLayout(layout); err != nil {
		return l, err
	}
	switch layout {
	case NCHW: // FFmpeg's planar RGB has the order G, B, R
		l.format = astiav.PixelFormatGbrp
		for _, plane := range [3]int{2, 0, 1} {
			l.add(plane, width, height)
		}
	case NHWC:
		l.format = astiav.PixelFormatRgb24
		l.add(0, 3*width, height)
	case Raw:
		l.format = p.InputFormat
		info := astiavx.DescribePixelFormat(p.InputFormat)
		for i := range info.Planes {
			l.add(i, p.raw.Strides[i], info.Rows(i, height))
		}
		if info.Palette { // FFmpeg does not count it as a plane
			l.areas[l.all] = area{plane: 1, row: paletteSize, rows: 1, stride: paletteSize}
			l.all++
		}
	default:
		return l, noSuchChoice("Layout", int(layout), LayoutNames)
	}
	return l, nil
}

// add adds a plane without padding.
func (l *pictureLayout) add(plane, row, rows int) {
	l.areas[l.planes] = area{plane: plane, row: row, rows: rows, stride: row}
	l.planes++
	l.all = l.planes
}

// setStrides sets the bytes from one row to the next of each plane. One value serves all planes of
// NCHW.
func (l *pictureLayout) setStrides(strides []int, layout Layout) error {
	if len(strides) == 0 {
		return nil
	}
	if len(strides) != l.planes && (layout != NCHW || len(strides) != 1) {
		return l.strideError(strides, layout, fmt.Sprintf("are %d values", len(strides)))
	}
	for i := range l.areas[:l.planes] {
		a := &l.areas[i]
		a.stride = strides[min(i, len(strides)-1)]
		switch {
		case a.stride < 0:
			return l.strideError(strides, layout, "must not be negative; BottomUp says that the last row comes first")
		case a.stride < a.row:
			return l.strideError(strides, layout, fmt.Sprintf("%d is less than a row, which has %d bytes", a.stride, a.row))
		case a.stride > math.MaxInt32:
			return l.strideError(strides, layout, fmt.Sprintf("%d is more than %d bytes", a.stride, math.MaxInt32))
		}
	}
	return nil
}

// strideError returns an error for strides that the layout cannot have. It states how many strides
// there must be, and their least values.
func (l *pictureLayout) strideError(strides []int, layout Layout, problem string) error {
	name := layout.String()
	if layout == Raw {
		name = l.format.Name()
	}
	least := make([]int, l.planes)
	for i := range least {
		least[i] = l.areas[i].row
	}
	reason := fmt.Sprintf("%s; %s of this width has %d plane", problem, name, l.planes)
	switch {
	case l.planes == 1:
		reason += fmt.Sprintf(": give 1 stride of %d bytes or more", least[0])
	case layout == NCHW:
		reason += fmt.Sprintf("s: give 1 or 3 strides of %d bytes or more", least[0])
	default:
		reason += fmt.Sprintf("s: give %d strides of at least %v bytes", l.planes, least)
	}
	return &fault.ConfigError{Field: "Strides", Value: strides, Reason: reason}
}

// size returns the bytes of a picture. It cannot overflow: FFmpeg limits the number of rows to 22
// bits, and a stride has 31.
func (l *pictureLayout) size() int {
	size := 0
	for _, a := range l.areas[:l.all] {
		size += a.stride * a.rows
	}
	return size
}

// spare returns how many bytes at the end of a picture are not read: the padding of its last row.
func (l *pictureLayout) spare() int {
	last := l.areas[l.all-1]
	return last.stride - last.row
}
