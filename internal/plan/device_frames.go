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
	first, size, err := p.firstDevicePicture(f)
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
	first.Device.Stream = f.Stream
	return Batch{First: first, Size: size, N: f.N, PTS: f.PTS}, fault.First(checkExtent(f, size), p.checkTimes(f.PTS, f.N))
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

// firstDevicePicture returns the first picture, and the size of each picture in bytes.
func (p *Video) firstDevicePicture(f DeviceFrames) (first pipeline.Input, size int, err error) {
	if err := p.checkPitch(f); err != nil {
		return first, 0, err
	}
	width, height := p.Config.Width, p.Config.Height
	pitch := func(row int) int {
		if f.Pitch != 0 {
			return f.Pitch
		}
		return row
	}
	if err := p.checkLayout(f.Layout); err != nil {
		return first, 0, err
	}
	switch f.Layout {
	case NCHW: // FFmpeg's planar RGB has the order G, B, R
		stride := pitch(width)
		plane := uintptr(stride * height)
		return pipeline.Input{
			Format: astiav.PixelFormatGbrp, Strides: [4]int{stride, stride, stride},
			Device: pipeline.DevicePlanes{Planes: [3]uintptr{f.Ptr + plane, f.Ptr + 2*plane, f.Ptr}},
		}, 3 * int(plane), nil
	case NHWC:
		stride := pitch(3 * width)
		return pipeline.Input{
			Format: astiav.PixelFormatRgb24, Strides: [4]int{stride}, Device: pipeline.DevicePlanes{Planes: [3]uintptr{f.Ptr}},
		}, stride * height, nil
	case Raw:
		luma, chroma := pitch(width), pitch(width+width%2)
		return pipeline.Input{
			Format: astiav.PixelFormatNv12, Strides: [4]int{luma, chroma},
			Device: pipeline.DevicePlanes{Planes: [3]uintptr{f.Ptr, f.Ptr + uintptr(luma*height)}},
		}, luma*height + chroma*((height+1)/2), nil
	default:
		return first, 0, noSuchChoice("Layout", int(f.Layout), LayoutNames)
	}
}
