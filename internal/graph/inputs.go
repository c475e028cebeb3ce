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

// VideoInput is where a running graph takes the pictures of one stream.
type VideoInput struct {
	Source      *pipeline.Source[pipeline.Input]
	Blanks      *nodes.Blanks // lends pictures to draw into
	Form        images.Form   // that images are given
	device      *gpu.Device   // that encodes; nil: the CPU
	convertible bool          // the device can convert RGB into the colours of the encoded video
	matrix      string        // that the config asks for
}

// AudioInput is where a running graph takes the samples of one stream.
type AudioInput struct {
	Source *pipeline.Source[pipeline.Samples]
	Blanks *nodes.SampleShelf // lends blocks of samples to fill
}

// CheckDevice finds frames that the device cannot read or convert. The caller has its turn.
func (v *VideoInput) CheckDevice(f plan.DeviceFrames, size int) error {
	if !v.device.TryRetain() {
		return nil // the run is over, which will show
	}
	defer v.device.Close()
	if f.Layout != plan.Raw && !v.convertible {
		return &fault.ConfigError{
			Field: "ColorSpace", Value: v.matrix, Reason: "is not converted to on the GPU; give NV12, or frames in main memory",
			Supported: []string{"bt601", "bt709", "bt2020"},
		}
	}
	if !v.device.Holds(f.Ptr, size) {
		return &fault.ConfigError{
			Field: "Ptr",
			Value: fmt.Sprintf("%#x", f.Ptr),
			Reason: fmt.Sprintf(
				"the %d bytes of %d frames there are not all in memory that the encoder's CUDA context on %s can read; see WithCUDAContext",
				size,
				f.N,
				v.device,
			),
		}
	}
	return nil
}

var _ nodes.Device = (*gpu.Device)(nil)
