package cookbook

import (
	"context"
	"iter"

	"github.com/avloom/avloom/api"
)

// Stills writes each picture into a PNG file of its own: frame-00000.png and so on. The folder must
// exist.
func Stills(ctx context.Context, folder string, width, height int, pictures iter.Seq[[]byte]) error {
	enc := api.NewEncoder()
	defer enc.Abort(nil) // gives the file up, unless Close came first
	video, err := enc.AddVideo(api.VideoConfig{
		Width: width, Height: height, FrameRate: 30, Codec: "png", PixelFormat: "rgb24",
		ColorTransfer: "iec61966-2-1",
	})
	if err != nil {
		return err
	}
	if err := enc.Open(ctx, api.Folder(folder, "frame-%05d.png")); err != nil {
		return err
	}
	for rgb := range pictures {
		if err := video.AddFrames(ctx, api.Frames{Data: rgb, Layout: api.NHWC}); err != nil {
			return err
		}
	}
	return enc.Close()
}
