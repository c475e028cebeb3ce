package cookbook

import (
	"context"
	"iter"

	"github.com/avloom/avloom/api"
)

// Anamorphic writes pictures of 720 by 576, which a player shows 1024 pixels wide (16:9), as PAL
// television had them, into an mp4 file.
func Anamorphic(ctx context.Context, path string, pictures iter.Seq[[]byte]) error {
	enc := api.NewEncoder()
	defer enc.Abort(nil) // gives the file up, unless Close came first
	video, err := enc.AddVideo(api.VideoConfig{
		Width: 720, Height: 576, FrameRate: 25, PixelAspect: 64.0 / 45,
		Codec: "libx264", PixelFormat: "yuv420p", ColorSpace: "bt601", ColorPrimaries: "bt470bg",
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
