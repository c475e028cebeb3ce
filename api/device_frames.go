package api

import (
	"context"
	"time"
)

// DeviceFrames are pictures in the memory of the GPU that encodes them. The memory belongs to the
// caller and lies in the encoder's CUDA context: see WithCUDAContext.
type DeviceFrames struct {
	// Ptr is the device address of the first frame. The frames follow one another.
	Ptr uintptr
	// N is the number of frames.
	N int
	// Pitch is the number of bytes from one row of a plane to the next, for all planes. 0: there is no
	// padding. The padding after the very last row need not exist.
	Pitch int
	// Layout is NCHW, NHWC, or Raw, which here means NV12, whatever VideoConfig.InputFormat is: the
	// plane of Y, then the plane of U and V with half as many rows (rounded up), in the matrix and
	// range of the encoded video. Any layout but Raw together with an InputFormat is a *ConfigError.
	Layout Layout
	// BottomUp says that the last row of the picture comes first, in every plane.
	BottomUp bool
	// Stream is the CUstream that writes the frames, with work that was queued before the call. 0: the
	// default stream. CU_STREAM_PER_THREAD is refused.
	Stream uintptr
	// PTS is when each frame is shown, as in Frames.
	PTS []time.Duration
}

// AddDeviceFrames adds any number of frames, including none, that are in the memory of a GPU. The
// stream must have a CUDA device. The frames are converted on the GPU, on a CUDA stream of the
// encoder that waits for the work that was queued on f.Stream. AddDeviceFrames returns when the
// last frame has been read. After that any CUDA stream may write to the memory again.
// AddDeviceFrames blocks while the queues are full, unless VideoConfig.OnFull is OnFullDrop.
//
// If the encoder's context on that device cannot read the frames, the error is a *ConfigError, and
// no frame is accepted. When ctx ends, AddDeviceFrames waits for the frame that is being read and
// returns a *PartialError with the number of frames that were accepted.
func (s *VideoStream) AddDeviceFrames(ctx context.Context, f DeviceFrames) error {
	frames := f.plan()
	pictures, err := s.plan.DevicePictures(frames)
	if err != nil {
		return s.refuse(err)
	}
	pictures.Check = func() error { return s.in.CheckDeviceFrames(frames, pictures.Bytes) }
	return s.lend(ctx, &batch{Batch: pictures, times: "PTS"})
}
