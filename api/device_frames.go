package api

import (
	"context"
)

// DeviceFrames are pictures in the memory of the GPU that encodes them, which belongs to the
// caller. They lie in the encoder's CUDA context: see WithCUDAContext.
type DeviceFrames struct {
	// Ptr is the device address of the first frame. The frames follow one another.
	Ptr uintptr
	// N is the number of frames.
	N int
	// Pitch is the number of bytes from one row of a plane to the next, the same for all planes. 0:
	// there is no padding.
	Pitch int
	// Layout says how a frame lies there: NCHW, NHWC, or Raw, which is NV12, whatever
	// VideoConfig.InputFormat says: the plane of Y, and then that of U and V, with half as many rows
	// (rounded up), in the matrix and the range of the encoded video. Any but Raw together with an
	// InputFormat is a *ConfigError.
	Layout Layout
	// Stream is the CUstream in which the frames are written, by work that has been given to it. 0:
	// the default stream. CU_STREAM_PER_THREAD will not do.
	Stream uintptr
}

// AddDeviceFrames adds any number of frames, also none, that are on the GPU already. The stream
// must have a CUDA device. They are converted there, on a CUDA stream of the encoder's own that
// waits for what the given one had been given to do, and AddDeviceFrames returns when the last has
// been read: the memory may then be written again, by whatever stream. It blocks while the queues
// are full.
//
// Frames that the encoder's context on that device cannot read are a *ConfigError, and none of them
// is accepted. Where ctx ends, AddDeviceFrames waits for the frame that is being read, and returns
// a *PartialError with the number of frames that were accepted.
func (s *VideoStream) AddDeviceFrames(ctx context.Context, f DeviceFrames) error {
	frames := f.batch()
	pictures, err := s.plan.DevicePictures(frames)
	if err != nil {
		return s.refuse(err)
	}
	size := pictures.Size * pictures.N // which has been checked
	pictures.Check = func() error { return s.in.CheckDevice(frames, size) }
	return s.lend(ctx, pictures, nil)
}
