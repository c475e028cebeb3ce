package cookbook

import (
	"context"
	"iter"

	"github.com/avloom/avloom/api"
)

// LosslessRGB writes pictures of R G B into an mp4 or mkv file in which every bit of them stays.
func LosslessRGB(ctx context.Context, path string, width, height int, pictures iter.Seq[[]byte]) error {
	enc := api.NewEncoder()
	defer enc.Abort(nil) // gives the file up, unless Close came first
	video, err := enc.AddVideo(api.VideoConfig{
		Width: width, Height: height, FrameRate: 30,
		Codec: "libx264rgb", PixelFormat: "rgb24", ExtraOptions: map[string]any{"qp": 0},
	})
	if err != nil {
		return err
	}
	if err := enc.OpenFile(ctx, path); err != nil {
		return err
	}
	for rgb := range pictures {
		if err := video.AddFrames(ctx, api.Frames{Data: rgb, Layout: api.NHWC}); err != nil {
			return err
		}
	}
	return enc.Close()
}
