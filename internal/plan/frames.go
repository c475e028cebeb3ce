package plan

import (
	"fmt"
	"time"
	"unsafe"

	"github.com/avloom/avloom/internal/fault"
	"github.com/avloom/avloom/pipeline"
)

// Batch is a number of pictures of the same form that lie one after another in memory.
type Batch struct {
	First pipeline.Input
	Size  int             // from one picture to the next, in bytes
	N     int             // pictures
	Bytes int             // of pictures on a device: from the first byte to the last that is read
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
	layout, err := p.newLayout(f.Layout)
	if err != nil {
		return Batch{}, err
	}
	if err := layout.setStrides(f.Strides, f.Layout); err != nil {
		return Batch{}, err
	}
	size := layout.size()
	n := (len(f.Data) + layout.spare()) / size
	if len(f.Data) > n*size {
		return Batch{}, p.noWholeFrames(f, &layout)
	}
	b := Batch{First: pipeline.Input{Format: layout.format}, Size: size, N: n, PTS: f.PTS}
	if n > 0 {
		b.setPlanes(unsafe.Pointer(unsafe.SliceData(f.Data)), &layout, f.BottomUp)
	}
	return b, p.checkTimes(f.PTS, n)
}

// setPlanes sets where the planes of the first picture lie.
func (b *Batch) setPlanes(memory unsafe.Pointer, l *pictureLayout, bottomUp bool) {
	offset := 0
	for _, a := range l.areas[:l.all] {
		first, stride := a.firstRow(bottomUp)
		b.First.Planes[a.plane], b.First.Strides[a.plane] = unsafe.Add(memory, offset+first), stride
		offset += a.rows * a.stride
	}
}

// noWholeFrames returns the error for data that is no whole number of frames.
func (p *Video) noWholeFrames(f Frames, layout *pictureLayout) error {
	const text = "is not a whole number of frames: a frame of %d×%d as %s has %d bytes"
	reason := fmt.Sprintf(text, p.Config.Width, p.Config.Height, f.Layout, layout.size())
	if len(f.Strides) > 0 {
		reason += fmt.Sprintf(" with strides of %v", f.Strides)
	}
	if spare := layout.spare(); spare > 0 {
		reason += fmt.Sprintf(", and only the last one may lack its last %d", spare)
	}
	return &fault.ConfigError{Field: "Data", Value: len(f.Data), Reason: reason}
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
