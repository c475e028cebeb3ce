package cookbook

import (
	"context"
	"iter"

	"github.com/avloom/avloom/api"
)

// SmallestVP9 writes pictures as VP9, in two passes. It ranges over pictures twice, and they must
// be the same both times.
func SmallestVP9(ctx context.Context, path string, width, height int, pictures iter.Seq[[]byte]) error {
	return api.RenderTwoPass(ctx, api.TwoPass{
		Path: path,
		Video: api.VideoConfig{
			Width: width, Height: height, FrameRate: 30, OddSize: api.OddSizePad,
			Codec: "libvpx-vp9", PixelFormat: "yuv420p", CRF: new(35.0), KeyInterval: 300,
			ExtraOptions: map[string]any{"cpu-used": 1},
		},
		Draw: func(ctx context.Context, video *api.VideoStream) error {
			for rgb := range pictures {
				if err := video.AddFrames(ctx, api.Frames{Data: rgb, Layout: api.NHWC}); err != nil {
					return err
				}
			}
			return nil
		},
	})
}
