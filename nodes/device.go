package nodes

import (
	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/pipeline"
)

// Device is where pictures are encoded that are not encoded by the CPU: *gpu.Device. What is given a frame to fill, gets one without a buffer.
type Device interface {
	// Host fills f with a picture in main memory from which Upload is fast. The content is undefined.
	Host(f *astiav.Frame) error
	// Convert fills dst with a picture on the device, made of one that is there already, and returns when that has been read.
	Convert(dst *astiav.Frame, in pipeline.Input) error
	// Upload fills dst with a picture on the device, and starts to copy src there, which stays as it is until Settle has waited for the copy.
	// Two copies can be under way at a time.
	Upload(dst, src *astiav.Frame) error
	// Settle waits for the oldest copy that is under way.
	Settle() error
	// Close ends this use of the device.
	Close()
}
