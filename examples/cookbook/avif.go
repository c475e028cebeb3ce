package cookbook

import (
	"context"
	"iter"

	"github.com/avloom/avloom/api"
)

// AnimatedAVIF writes pictures into an animated avif file, which is AV1 in the place of a gif.
func AnimatedAVIF(ctx context.Context, path string, width, height int, pictures iter.Seq[[]byte]) error {
	enc := api.NewEncoder()
	defer enc.Abort(nil) // gives the file up, unless Close came first
	video, err := enc.AddVideo(api.VideoConfig{
		Width: width, Height: height, FrameRate: 30, OddSize: api.OddSizePad,
		Codec: "libaom-av1", CRF: new(24.0), ExtraOptions: map[string]any{"cpu-used": 8},
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
