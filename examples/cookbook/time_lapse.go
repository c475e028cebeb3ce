package cookbook

import (
	"context"
	"iter"

	"github.com/avloom/avloom/api"
)

// TimeLapse writes an mp4 file that runs 60 times as fast as the pictures, of which there are 30 in
// a second: it keeps every 60th of them.
func TimeLapse(ctx context.Context, path string, width, height int, pictures iter.Seq[[]byte]) error {
	enc := api.NewEncoder()
	defer enc.Abort(nil) // gives the file up, unless Close came first
	video, err := enc.AddVideo(api.VideoConfig{
		Width: width, Height: height, FrameRate: 60 * 30, OutFrameRate: 30, OddSize: api.OddSizePad,
		Codec: "libx264", PixelFormat: "yuv420p",
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
