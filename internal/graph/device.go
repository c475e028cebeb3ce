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
	color, _ := nodes.KernelColor(s.Color) // where there is none, AddDeviceFrames says so
	d, err := gpu.Open(gpu.Config{
		Index:     index,
		Context:   v.cudaContext,
		Width:     p.Config.Width,
		Height:    p.Config.Height,
		OutWidth:  s.Width,
		OutHeight: s.Height,
		Color:     color,
	})
	if errors.Is(err, gpu.ErrContext) {
		return nil, &fault.ConfigError{
			Field:  "CUDAContext",
			Value:  fmt.Sprintf("%#x", v.cudaContext),
			Reason: "will not do for Device " + p.Config.Device,
			Err:    err,
		}
	}
	return d, err
}

// blameDevice says why the device, and not a setting, kept the encoder from opening; nil where it
// did not.
func blameDevice(device *gpu.Device, encoder string) error {
	names, err := device.Encoders()
	if err != nil || slices.Contains(names, encoder) {
		return err
	}
	return &fault.ConfigError{
		Field:     "Codec",
		Value:     encoder,
		Reason:    "the NVENC of " + device.String() + " does not encode it",
		Supported: names,
	}
}

// blameDriver is the error about an encoder that its driver does not serve, whatever it is told;
// nil where it is not that.
func blameDriver(device *gpu.Device, encoder string, err error) error {
	if device == nil || !errors.Is(err, astiav.Error(-int(syscall.ENOSYS))) {
		return nil
	}
	return fmt.Errorf(
		"%w: %s: its driver is too old for the NVENC of this FFmpeg, or lacks what %s needs; update it",
		gpu.ErrUnavailable,
		device,
		encoder,
	)
}

// reserve allocates the pictures on the device that can be in use at a time: as many as the encoder
// holds, those in its queue of this depth, and one on each side of it.
func (e *videoEncoder) reserve(depth int) error {
	if e.device == nil {
		return nil
	}
	surfaces, _ := astiavx.EncoderOption(e.codec, "surfaces")
	return e.device.Reserve(surfaces + depth + 2)
}

// label names the encoder, and its device where it has one, for messages.
func (e *videoEncoder) label() string {
	if e.device == nil {
		return e.name
	}
	return e.name + " on " + e.device.String()
}

// upload returns the node that brings pictures to the device, which it takes over; nil: there is
// none.
func (e *videoEncoder) upload() *nodes.Upload {
	if e.device == nil {
		return nil
	}
	return nodes.NewUpload(e.device)
}

// connectUpload puts the node, if there is one, behind the conversion.
func connectUpload(
	frames *pipeline.Outlet[pipeline.Frame],
	queue pipeline.Queue[pipeline.Frame],
	upload *nodes.Upload,
) *pipeline.Outlet[pipeline.Frame] {
	if upload == nil {
		return frames
	}
	return pipeline.Connect(frames, "upload", queue, pipeline.Processor[pipeline.Frame, pipeline.Frame](upload))
}
