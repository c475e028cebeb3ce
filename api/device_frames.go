package api

import (
	"context"
	"fmt"
	"math"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/gpu"
	"github.com/avloom/avloom/internal/checked"
	"github.com/avloom/avloom/nodes"
	"github.com/avloom/avloom/pipeline"
)

// DeviceFrames are pictures in the memory of the GPU that encodes them, which belongs to the caller. They lie in the encoder's CUDA context: see
// WithCUDAContext.
type DeviceFrames struct {
	// Ptr is the device address of the first frame. The frames follow one another.
	Ptr uintptr
	// N is the number of frames.
	N int
	// Pitch is the number of bytes from one row of a plane to the next, the same for all planes. 0: there is no padding.
	Pitch int
	// Layout says how a frame lies there: NCHW, NHWC, or Raw, which is NV12, whatever
	// VideoConfig.InputFormat says: the plane of Y, and then that of U and V, with half as many
	// rows (rounded up), in the matrix and the range of the encoded video. Any but Raw together
	// with an InputFormat is a *ConfigError.
	Layout Layout
	// Stream is the CUstream in which the frames are written, by work that has been given to it. 0: the default stream. CU_STREAM_PER_THREAD will
	// not do.
	Stream uintptr
}

// perThreadStream is CU_STREAM_PER_THREAD, which means another stream on every thread.
const perThreadStream = 2

// AddDeviceFrames adds any number of frames, also none, that are on the GPU already. The stream must have a CUDA device. They are converted
// there, on a CUDA stream of the encoder's own that waits for what the given one had been given to do, and AddDeviceFrames returns when the
// last has been read: the memory may then be written again, by whatever stream. It blocks while the queues are full.
//
// Frames that the encoder's context on that device cannot read are a *ConfigError, and none of them is accepted. Where ctx ends,
// AddDeviceFrames waits for the frame that is being read, and returns a *PartialError with the number of frames that were accepted.
func (s *VideoStream) AddDeviceFrames(ctx context.Context, f DeviceFrames) error {
	pictures, err := s.plan.devicePictures(f)
	if err != nil {
		return s.refuse(err)
	}
	size := pictures.size * pictures.n // which has been checked
	pictures.check = func() error { return s.checkDevice(f, size) }
	return s.lend(ctx, pictures, nil)
}

// checkDevice finds frames that the device cannot read or convert. The caller has its turn.
func (s *VideoStream) checkDevice(f DeviceFrames, size int) error {
	if !s.device.TryRetain() {
		return nil // the run is over, which will show
	}
	defer s.device.Close()
	if f.Layout != Raw && !s.convertible {
		return &ConfigError{
			Field: "ColorSpace", Value: s.plan.color.space.value, Reason: "is not converted to on the GPU; give NV12, or frames in main memory",
			Supported: []string{"bt601", "bt709", "bt2020"},
		}
	}
	if !s.device.Holds(f.Ptr, size) {
		return &ConfigError{
			Field: "Ptr", Value: fmt.Sprintf("%#x", f.Ptr),
			Reason: fmt.Sprintf("the %d bytes of %d frames there are not all in memory that the encoder's CUDA context on %s can read; see WithCUDAContext", size, f.N, s.device),
		}
	}
	return nil
}

// onDevice tells the stream of the device that encodes it; nil: the CPU does.
func (s *VideoStream) onDevice(e *videoEncoder) {
	s.device = e.device
	_, s.convertible = nodes.KernelColor(e.convert.Color)
}

// devicePictures finds the pictures in memory of a device.
func (p *videoPlan) devicePictures(f DeviceFrames) (batch, error) {
	first, size, err := p.firstDevicePicture(f)
	switch {
	case !p.onCUDA():
		err = &ConfigError{
			Field: "Device", Value: p.cfg.Device, Reason: "frames on a GPU need a stream that it encodes: set Device to cuda",
			Supported: []string{"cuda", "cuda:N"},
		}
	case f.N < 0:
		err = &ConfigError{Field: "N", Value: f.N, Reason: "must not be negative"}
	case f.Ptr == 0 && f.N > 0:
		err = &ConfigError{Field: "Ptr", Value: f.Ptr, Reason: "must be the device address of the first frame"}
	case f.Stream == perThreadStream:
		err = &ConfigError{
			Field: "Stream", Value: f.Stream,
			Reason: "is CU_STREAM_PER_THREAD, which means another stream here; give the stream itself, or wait for it and leave Stream 0",
		}
	}
	if err != nil {
		return batch{}, err
	}
	first.Device.Stream = f.Stream
	return batch{first: first, size: size, n: f.N}, checkExtent(f, size)
}

// checkExtent finds frames of so many bytes each that there are no addresses for.
func checkExtent(f DeviceFrames, size int) error {
	all, ok := checked.Product(size, f.N)
	if ok && uint64(all) <= math.MaxUint-uint64(f.Ptr) {
		return nil
	}
	return &ConfigError{Field: "N", Value: f.N, Reason: fmt.Sprintf("frames of %d bytes each are more than can lie behind %#x", size, f.Ptr)}
}

// checkPitch finds rows that are too short, or longer than CUDA and FFmpeg have numbers for. What passes keeps the products of one picture's sizes, which FFmpeg
// limits, far from overflowing.
func (p *videoPlan) checkPitch(f DeviceFrames) error {
	row := p.cfg.Width
	switch f.Layout {
	case NHWC:
		row *= 3
	case Raw:
		row += row % 2
	}
	e := &ConfigError{Field: "Pitch", Value: f.Pitch}
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

// firstDevicePicture returns the first picture, and the size of each in bytes.
func (p *videoPlan) firstDevicePicture(f DeviceFrames) (first pipeline.Input, size int, err error) {
	if err := p.checkPitch(f); err != nil {
		return first, 0, err
	}
	width, height := p.cfg.Width, p.cfg.Height
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
		return first, 0, &ConfigError{Field: "Layout", Value: int(f.Layout), Reason: "there is no such choice", Supported: layoutNames}
	}
}

var _ nodes.Device = (*gpu.Device)(nil)
