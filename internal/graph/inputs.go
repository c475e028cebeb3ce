package graph

import (
	"fmt"

	"github.com/avloom/avloom/gpu"
	"github.com/avloom/avloom/internal/fault"
	"github.com/avloom/avloom/internal/images"
	"github.com/avloom/avloom/internal/plan"
	"github.com/avloom/avloom/nodes"
	"github.com/avloom/avloom/pipeline"
)

// VideoInput is where the pictures of one stream enter a running graph.
type VideoInput struct {
	Source      *pipeline.Source[pipeline.Input]
	Blanks      *nodes.Blanks // lends pictures to draw into
	Form        images.Form   // into which an image is brought before it is sent
	Times       Times
	Orders      VideoOrders
	Segments    *Segments
	Room        *pipeline.Room // of the frames that wait for the encoder; nil: calls wait, and drop no frames
	device      *gpu.Device    // that encodes; nil: the CPU encodes
	convertible bool           // the device can convert RGB to the colours of the encoded video
	matrix      string         // ColorSpace of the config
}

// AudioInput is where the samples of one stream enter a running graph.
type AudioInput struct {
	Source *pipeline.Source[pipeline.Samples]
	Blanks *nodes.SampleShelf // lends blocks of samples to fill
}

// CheckDeviceFrames refuses frames that the device cannot read or convert. The size is in bytes. No
// other call may feed the stream at the same time. If the run is over, it returns nil: the send
// that follows returns the reason.
func (v *VideoInput) CheckDeviceFrames(f plan.DeviceFrames, size int) error {
	if !v.device.TryRetain() {
		return nil
	}
	defer v.device.Close()
	if f.Layout != plan.Raw && !v.convertible {
		return &fault.ConfigError{
			Field: "ColorSpace", Value: v.matrix, Supported: []string{"bt601", "bt709", "bt2020"},
			Reason: "is not converted to on the GPU; give NV12, or frames in main memory",
		}
	}
	if v.device.Holds(f.Ptr, size) {
		return nil
	}
	const text = "the %d bytes of %d frames there are not all in memory that " +
		"the encoder's CUDA context on %s can read; see WithCUDAContext"
	return &fault.ConfigError{
		Field: "Ptr", Value: fmt.Sprintf("%#x", f.Ptr), Reason: fmt.Sprintf(text, size, f.N, v.device),
	}
}

var _ nodes.Device = (*gpu.Device)(nil)
