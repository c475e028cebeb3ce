package cookbook

import (
	"context"
	"iter"

	"github.com/avloom/avloom/api"
)

// ColorAndDepth writes the pictures of a camera and its depth maps into one mkv file: the pictures
// small, and the depth maps bit by bit. A depth map has two bytes for each pixel, the lower one
// first.
func ColorAndDepth(ctx context.Context, path string, width, height int, camera iter.Seq2[[]byte, []byte]) error {
	enc := api.NewEncoder()
	defer enc.Abort(nil) // gives the file up, unless Close came first
	color, err := enc.AddVideo(api.VideoConfig{
		Width: width, Height: height, FrameRate: 30, OddSize: api.OddSizePad,
		Codec: "libx264", PixelFormat: "yuv420p",
	})
	if err != nil {
		return err
	}
	depth, err := enc.AddVideo(api.VideoConfig{
		Width: width, Height: height, FrameRate: 30, InputFormat: "gray16le",
		Codec: "ffv1", PixelFormat: "gray16le", ExtraOptions: map[string]any{"level": 3, "slicecrc": 1},
	})
	if err != nil {
		return err
	}
	if err := enc.OpenFile(ctx, path); err != nil {
		return err
	}
	for rgb, gray := range camera {
		if err := color.AddFrames(ctx, api.Frames{Data: rgb, Layout: api.NHWC}); err != nil {
			return err
		}
		if err := depth.AddFrames(ctx, api.Frames{Data: gray, Layout: api.Raw}); err != nil {
			return err
		}
	}
	return enc.Close()
}
