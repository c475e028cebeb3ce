package cookbook

import (
	"context"
	"iter"

	"github.com/avloom/avloom/api"
)

// MachineLearning writes pictures of R G B into a small mp4 file from which training reads single
// pictures in any order.
func MachineLearning(ctx context.Context, path string, width, height int, pictures iter.Seq[[]byte]) error {
	enc := api.NewEncoder()
	defer enc.Abort(nil) // gives the file up, unless Close came first
	video, err := enc.AddVideo(api.VideoConfig{
		Width: width, Height: height, FrameRate: 30, OddSize: api.OddSizePad,
		Codec: "libsvtav1", PixelFormat: "yuv420p", KeyInterval: 2, CRF: new(30.0), Preset: "8",
	})
	if err != nil {
		return err
	}
	if err := enc.OpenFile(ctx, path, api.Faststart()); err != nil {
		return err
	}
	for rgb := range pictures {
		if err := video.AddFrames(ctx, api.Frames{Data: rgb, Layout: api.NHWC}); err != nil {
			return err
		}
	}
	return enc.Close()
}
