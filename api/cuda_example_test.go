package api_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/gpu"
)

// simulation stands for a program that makes its pictures on the GPU: where they lie, and on which
// stream it writes them.
type simulation struct{ pictures, stream, context uintptr }

func (simulation) step() {}

// Pictures that a program of the caller's writes on the GPU, encoded there; in a CUDA context of
// the caller's own.
func ExampleVideoStream_AddDeviceFrames() {
	var sim simulation
	encode := func(ctx context.Context, path string) error {
		enc := api.NewEncoder(api.WithCUDAContext(sim.context)) // not needed in the primary context, as that of PyTorch
		defer enc.Abort(nil)
		video, err := enc.AddVideo(api.VideoConfig{Width: 1920, Height: 1080, FrameRate: 60, Device: "cuda", Preset: "p4"})
		if err != nil {
			return err
		}
		if err := enc.OpenFile(ctx, path); err != nil {
			return err
		}
		for range 600 {
			sim.step() // gives its stream the next picture to write
			if err := video.AddDeviceFrames(
				ctx,
				api.DeviceFrames{Ptr: sim.pictures, N: 1, Layout: api.NCHW, Stream: sim.stream},
			); err != nil {
				return err
			}
		}
		return enc.Close()
	}
	if err := encode(context.Background(), "simulation.mp4"); errors.Is(err, gpu.ErrUnavailable) {
		fmt.Println("this takes a GPU that encodes:", err)
	}
}
