package graph

import (
	"errors"
	"fmt"
	"slices"
	"syscall"

	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/gpu"
	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/fault"
	"github.com/avloom/avloom/internal/plan"
	"github.com/avloom/avloom/nodes"
	"github.com/avloom/avloom/pipeline"
)

// openDevice opens the device for pictures of this plan.
func (v *videoOpening) openDevice(s plan.VideoEncoder) (*gpu.Device, error) {
	p := v.plan
	index, _ := gpu.ParseDevice(p.Config.Device)
	color, _ := nodes.KernelColor(s.Color) // if the device cannot convert to it, AddDeviceFrames returns an error
	d, err := gpu.Open(gpu.Config{
		Index: index, Context: v.cudaContext, Color: color,
		Width: p.Config.Width, Height: p.Config.Height, OutWidth: s.Width, OutHeight: s.Height,
	})
	if errors.Is(err, gpu.ErrContext) {
		return nil, &fault.ConfigError{
			Field: "CUDAContext", Value: fmt.Sprintf("%#x", v.cudaContext),
			Reason: "will not do for Device " + p.Config.Device, Err: err,
		}
	}
	return d, err
}

// explainDevice returns the reason if the encoder does not open because the device lacks it; nil if
// the device has it.
func explainDevice(device *gpu.Device, encoder string) error {
	names, err := device.Encoders()
	if err != nil || slices.Contains(names, encoder) {
		return err
	}
	return &fault.ConfigError{
		Field: "Codec", Value: encoder, Supported: names,
		Reason: "the NVENC of " + device.String() + " does not encode it",
	}
}

// explainDriver returns the reason if the encoder does not open, with any settings, because of its
// driver; nil otherwise.
func explainDriver(device *gpu.Device, encoder string, err error) error {
	if device == nil || !errors.Is(err, astiav.Error(-int(syscall.ENOSYS))) {
		return nil
	}
	const text = "%w: %s: its driver is too old for the NVENC of this FFmpeg, or lacks what %s needs; update it"
	return fmt.Errorf(text, gpu.ErrUnavailable, device, encoder)
}

// reserve allocates the pictures on the device that can be in use at the same time: as many as the
// encoder holds, those in so many queues of this depth, and one on each side of a queue. The node
// "rate" holds one picture beside the one that it takes. Repeats of a picture need no memory.
func (e *videoEncoder) reserve(queues, depth int) error {
	if e.device == nil {
		return nil
	}
	surfaces, _ := astiavx.EncoderOption(e.codec, "surfaces")
	return e.device.Reserve(surfaces + queues*(depth+2))
}

// label names the encoder and its device, if it has one, for messages.
func (e *videoEncoder) label() string {
	if e.device == nil {
		return e.name
	}
	return e.name + " on " + e.device.String()
}

// newUpload returns the node that uploads pictures to the device. The node takes over the encoder's
// reference to the device. It is nil if the CPU encodes.
func (e *videoEncoder) newUpload() *nodes.Upload {
	if e.device == nil {
		return nil
	}
	return nodes.NewUpload(e.device)
}

// connectUpload connects the node that uploads, if it is not nil, behind the conversion.
func connectUpload(
	frames *pipeline.Outlet[pipeline.Frame], queue pipeline.Queue[pipeline.Frame], upload *nodes.Upload,
) *pipeline.Outlet[pipeline.Frame] {
	if upload == nil {
		return frames
	}
	return pipeline.Connect(frames, "upload", queue, pipeline.Processor[pipeline.Frame, pipeline.Frame](upload))
}
