package cookbook

import (
	"context"
	"iter"

	"github.com/avloom/avloom/api"
)

// DepthMaps writes depth maps of 16 bits into an mkv file in which every bit of them stays. A depth
// map has two bytes for each pixel, the lower one first.
func DepthMaps(ctx context.Context, path string, width, height int, pictures iter.Seq[[]byte]) error {
	enc := api.NewEncoder()
	defer enc.Abort(nil) // gives the file up, unless Close came first
	video, err := enc.AddVideo(api.VideoConfig{
		Width: width, Height: height, FrameRate: 30, InputFormat: "gray16le",
		Codec: "ffv1", PixelFormat: "gray16le", ExtraOptions: map[string]any{"level": 3, "slicecrc": 1},
	})
	if err != nil {
		return err
	}
	if err := enc.OpenFile(ctx, path); err != nil {
		return err
	}
	for depth := range pictures {
		if err := video.AddFrames(ctx, api.Frames{Data: depth, Layout: api.Raw}); err != nil {
			return err
		}
	}
	return enc.Close()
}
