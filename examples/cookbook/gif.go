package cookbook

import (
	"context"
	"iter"

	"github.com/avloom/avloom/api"
)

// GIF writes pictures into an animated gif that begins again for ever, with a palette for each
// picture.
func GIF(ctx context.Context, path string, width, height int, pictures iter.Seq[[]byte]) error {
	enc := api.NewEncoder()
	defer enc.Abort(nil) // gives the file up, unless Close came first
	video, err := enc.AddVideo(api.VideoConfig{
		Width: width, Height: height, FrameRate: 30, OutFrameRate: 25, OutWidth: min(width, 480),
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
