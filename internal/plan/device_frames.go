package plan

import (
	"fmt"
	"math"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/internal/checked"
	"github.com/avloom/avloom/internal/fault"
	"github.com/avloom/avloom/pipeline"
)

// perThreadStream is CUDA's CU_STREAM_PER_THREAD, which means another stream on every thread.
const perThreadStream = 2

// DevicePictures finds the pictures in the memory of a device. The batch refers to this memory.
func (p *Video) DevicePictures(f DeviceFrames) (Batch, error) {
	layout, err := p.deviceLayout(f)
	switch {
	case !p.OnCUDA():
		reason := "frames on a GPU need a stream that the GPU encodes: set Device to cuda"
		supported := []string{"cuda", "cuda:N"}
		err = &fault.ConfigError{Field: "Device", Value: p.Config.Device, Reason: reason, Supported: supported}
	case f.N < 0:
		err = &fault.ConfigError{Field: "N", Value: f.N, Reason: "must not be negative"}
	case f.Ptr == 0 && f.N > 0:
		err = &fault.ConfigError{Field: "Ptr", Value: f.Ptr, Reason: "must be the device address of the first frame"}
	case f.Stream == perThreadStream:
		reason := "is CU_STREAM_PER_THREAD, which means another stream on the threads of avloom; " +
			"give the stream itself, or wait for it and leave Stream 0"
		err = &fault.ConfigError{Field: "Stream", Value: f.Stream, Reason: reason}
	}
	if err != nil {
		return Batch{}, err
	}
	b := Batch{First: pipeline.Input{Format: layout.format}, Size: layout.size(), N: f.N, PTS: f.PTS}
	b.First.Device.Stream = f.Stream
	b.setDevicePlanes(f.Ptr, &layout, f.BottomUp)
	b.Bytes = max(b.Size*b.N-layout.spare(), 0) // checkExtent refuses an overflow
	return b, fault.First(checkExtent(f, b.Size), p.checkTimes(f.PTS, f.N))
}

// checkExtent returns an error for frames that end beyond the largest address. The size of a frame
// is in bytes.
func checkExtent(f DeviceFrames, size int) error {
	all, ok := checked.Product(size, f.N)
	if ok && uint64(all) <= math.MaxUint-uint64(f.Ptr) {
		return nil
	}
	reason := fmt.Sprintf("frames of %d bytes each do not fit between %#x and the largest address", size, f.Ptr)
	return &fault.ConfigError{Field: "N", Value: f.N, Reason: reason}
}

// checkPitch returns an error for a pitch that is less than a row, or more than CUDA and FFmpeg
// have numbers for. As FFmpeg limits the size of a picture, products of a valid pitch cannot
// overflow.
func (p *Video) checkPitch(f DeviceFrames) error {
	row := p.Config.Width
	switch f.Layout {
	case NHWC:
		row *= 3
	case Raw:
		row += row % 2
	}
	e := &fault.ConfigError{Field: "Pitch", Value: f.Pitch}
	switch {
	case f.Pitch != 0 && f.Pitch < row:
		e.Reason = fmt.Sprintf("is less than a row of %d bytes; 0 means no padding", row)
	case f.Pitch > math.MaxInt32:
		e.Reason = fmt.Sprintf("must be at most %d bytes", math.MaxInt32)
	default:
		return nil
	}
	return e
}

// deviceLayout returns how the pictures lie in memory. Raw is NV12, whose rows of chroma have whole
// pairs.
func (p *Video) deviceLayout(f DeviceFrames) (pictureLayout, error) {
	if err := p.checkPitch(f); err != nil {
		return pictureLayout{}, err
	}
	var l pictureLayout
	if f.Layout == Raw {
		width, height := p.Config.Width, p.Config.Height
		l.format = astiav.PixelFormatNv12
		l.add(0, width, height)
		l.add(1, width+width%2, (height+1)/2)
	} else {
		var err error
		if l, err = p.newLayout(f.Layout); err != nil {
			return l, err
		}
	}
	for i := range l.areas[:l.planes] {
		if f.Pitch != 0 {
			l.areas[i].stride = f.Pitch
		}
	}
	return l, nil
}

// setDevicePlanes sets where the planes of the first picture lie.
func (b *Batch) setDevicePlanes(memory uintptr, l *pictureLayout, bottomUp bool) {
	for _, a := range l.areas[:l.planes] {
		first, stride := a.firstRow(bottomUp)
		b.First.Device.Planes[a.plane], b.First.Strides[a.plane] = memory+uintptr(first), stride
		memory += uintptr(a.rows * a.stride)
	}
}
