package plan

import (
	"fmt"
	"unsafe"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/fault"
	"github.com/avloom/avloom/pipeline"
)

// Batch is a number of pictures of equal form, so many bytes apart.
type Batch struct {
	First pipeline.Input
	Size  int
	N     int
	Check func() error // of what shows only when the encoder is open; may be nil
}

// Picture returns picture i.
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

// Pictures finds the pictures in the data.
func (p *Video) Pictures(f Frames) (Batch, error) {
	if f.PTS != nil {
		return Batch{}, &fault.ConfigError{Field: "PTS", Value: f.PTS, Reason: "is reserved; leave it nil"}
	}
	first, size, err := p.firstPicture(f)
	if err != nil {
		return Batch{}, err
	}
	if len(f.Data)%size != 0 {
		return Batch{}, &fault.ConfigError{
			Field: "Data",
			Value: len(f.Data),
			Reason: fmt.Sprintf(
				"is no whole number of frames: one of %d×%d as %s has %d bytes",
				p.Config.Width,
				p.Config.Height,
				f.Layout,
				size,
			),
		}
	}
	return Batch{First: first, Size: size, N: len(f.Data) / size}, nil
}

// firstPicture returns the first picture in the data, and the size of each in bytes.
func (p *Video) firstPicture(f Frames) (first pipeline.Input, size int, err error) {
	width, height := p.Config.Width, p.Config.Height
	base := unsafe.Pointer(unsafe.SliceData(f.Data))
	at := func(offset int) unsafe.Pointer {
		if offset >= len(f.Data) {
			return nil // no data, or not enough of it
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
			Planes: [4]unsafe.Pointer{at(plane), at(2 * plane), at(0)}, Strides: [4]int{width, width, width},
		}, 3 * plane, nil
	case NHWC:
		return pipeline.Input{
			Format: astiav.PixelFormatRgb24, Planes: [4]unsafe.Pointer{at(0)}, Strides: [4]int{3 * width},
		}, 3 * plane, nil
	case Raw:
		b := pipeline.Input{Format: p.InputFormat, Strides: p.raw.Strides}
		for i := range astiavx.DescribePixelFormat(p.InputFormat).Planes {
			b.Planes[i] = at(p.raw.Offsets[i])
		}
		if p.raw.Offsets[1] > 0 { // a palette is no plane to FFmpeg
			b.Planes[1] = at(p.raw.Offsets[1])
		}
		return b, p.raw.Size, nil
	default:
		return first, 0, &fault.ConfigError{
			Field:     "Layout",
			Value:     int(f.Layout),
			Reason:    "there is no such choice",
			Supported: LayoutNames,
		}
	}
}

// checkLayout finds frames that contradict the format which the stream was told its frames have.
func (p *Video) checkLayout(layout Layout) error {
	if p.Config.InputFormat == "" || layout != NCHW && layout != NHWC {
		return nil
	}
	reason := fmt.Sprintf("is R G B of 8 bits, but VideoConfig.InputFormat says that frames are %s; "+
		"set Layout to Raw, or leave InputFormat empty", p.Config.InputFormat)
	return &fault.ConfigError{Field: "Layout", Value: layout.String(), Reason: reason, Supported: LayoutNames[Raw:]}
}

func (p *Audio) CheckSamples(samples [][]float32) error {
	if len(samples) != p.Config.NumChannels {
		return &fault.ConfigError{
			Field:  "samples",
			Value:  fmt.Sprintf("%d channels", len(samples)),
			Reason: fmt.Sprintf("the stream has %d", p.Config.NumChannels),
		}
	}
	for i, channel := range samples {
		if len(channel) != len(samples[0]) {
			return &fault.ConfigError{
				Field: fmt.Sprintf("samples[%d]", i), Value: fmt.Sprintf("%d samples", len(channel)),
				Reason: fmt.Sprintf("channel 0 has %d; all must have the same number", len(samples[0])),
			}
		}
	}
	return nil
}
