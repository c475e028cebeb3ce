package plan

import (
	"fmt"
	"time"
	"unsafe"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/fault"
	"github.com/avloom/avloom/pipeline"
)

// Batch is a number of pictures of the same form that lie one after another in memory.
type Batch struct {
	First pipeline.Input
	Size  int             // of a picture in bytes
	N     int             // pictures
	PTS   []time.Duration // of the pictures, if they carry their own times
	Check func() error    // checks what is known only when the encoder is open; may be nil
}

// Picture returns picture i, from 0.
func (b *Batch) Picture(i int) pipeline.Input {
	in := b.First
	for k, p := range in.Planes {
		if p != nil {
			in.Planes[k] = unsafe.Add(p, i*b.Size)
		}
	}
	for k, p := range in.Device.Planes {
		if p != 0 {
			in.Device.Planes[k] = p + uintptr(i*b.Size)
		}
	}
	return in
}

// Pictures finds the pictures in the memory of the caller. The batch refers to this memory.
func (p *Video) Pictures(f Frames) (Batch, error) {
	first, size, err := p.firstPicture(f)
	if err != nil {
		return Batch{}, err
	}
	if len(f.Data)%size != 0 {
		const text = "is not a whole number of frames: a frame of %d×%d as %s has %d bytes"
		reason := fmt.Sprintf(text, p.Config.Width, p.Config.Height, f.Layout, size)
		return Batch{}, &fault.ConfigError{Field: "Data", Value: len(f.Data), Reason: reason}
	}
	n := len(f.Data) / size
	return Batch{First: first, Size: size, N: n, PTS: f.PTS}, p.checkTimes(f.PTS, n)
}

// firstPicture returns the first picture in the data, and the size of each in bytes.
func (p *Video) firstPicture(f Frames) (first pipeline.Input, size int, err error) {
	width, height := p.Config.Width, p.Config.Height
	base := unsafe.Pointer(unsafe.SliceData(f.Data))
	address := func(offset int) unsafe.Pointer {
		if offset >= len(f.Data) {
			return nil // the data is empty or too short, which the caller checks
		}
		return unsafe.Add(base, offset)
	}
	plane := width * height
	if err := p.checkLayout(f.Layout); err != nil {
		return first, 0, err
	}
	switch f.Layout {
	case NCHW: // FFmpeg's planar RGB has the order G, B, R
		return pipeline.Input{
			Format: astiav.PixelFormatGbrp,
			Planes: [4]unsafe.Pointer{address(plane), address(2 * plane), address(0)}, Strides: [4]int{width, width, width},
		}, 3 * plane, nil
	case NHWC:
		return pipeline.Input{
			Format: astiav.PixelFormatRgb24, Planes: [4]unsafe.Pointer{address(0)}, Strides: [4]int{3 * width},
		}, 3 * plane, nil
	case Raw:
		b := pipeline.Input{Format: p.InputFormat, Strides: p.raw.Strides}
		for i := range astiavx.DescribePixelFormat(p.InputFormat).Planes {
			b.Planes[i] = address(p.raw.Offsets[i])
		}
		if p.raw.Offsets[1] > 0 { // a palette, which FFmpeg does not count as a plane
			b.Planes[1] = address(p.raw.Offsets[1])
		}
		return b, p.raw.Size, nil
	default:
		return first, 0, noSuchChoice("Layout", int(f.Layout), LayoutNames)
	}
}

// checkLayout returns an error for a layout of R G B if the config names another InputFormat.
func (p *Video) checkLayout(layout Layout) error {
	if p.Config.InputFormat == "" || layout != NCHW && layout != NHWC {
		return nil
	}
	reason := fmt.Sprintf("is R G B of 8 bits, but VideoConfig.InputFormat is %s; "+
		"set Layout to Raw, or leave InputFormat empty", p.Config.InputFormat)
	return &fault.ConfigError{Field: "Layout", Value: layout.String(), Reason: reason, Supported: LayoutNames[Raw:]}
}
