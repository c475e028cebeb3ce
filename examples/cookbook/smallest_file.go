package cookbook

import (
	"context"
	"iter"

	"github.com/avloom/avloom/api"
)

// SmallestFile writes pictures as AV1, with as few bytes as an encoder of today needs.
func SmallestFile(ctx context.Context, path string, width, height int, pictures iter.Seq[[]byte]) error {
	enc := api.NewEncoder()
	defer enc.Abort(nil) // gives the file up, unless Close came first
	video, err := enc.AddVideo(api.VideoConfig{
		Width: width, Height: height, FrameRate: 30, OddSize: api.OddSizePad,
		Codec: "libsvtav1", PixelFormat: "yuv420p", CRF: new(35.0), Preset: "4", KeyInterval: 300,
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
