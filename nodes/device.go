package nodes

import (
	"github.com/asticode/go-astiav"

	"github.com/avloom/avloom/pipeline"
)

// Device is the device on which pictures are encoded, if not the CPU; *gpu.Device implements it.
// A frame that a method fills has no buffer before the call, and is the caller's to free.
type Device interface {
	// Host fills f with a picture in main memory from which Upload is fast. The content is undefined.
	Host(f *astiav.Frame) error
	// Convert fills dst with a picture on the device, converted from one that is on the device, and
	// returns when that one has been read.
	Convert(dst *astiav.Frame, in pipeline.Input) error
	// Upload fills dst with a picture on the device and starts to copy src there. The caller keeps
	// src unchanged until AwaitUpload has waited for this copy. Two copies can run at a time.
	Upload(dst, src *astiav.Frame) error
	// AwaitUpload waits for the oldest copy that it has not waited for.
	AwaitUpload() error
	// Close ends this use of the device.
	Close()
}
