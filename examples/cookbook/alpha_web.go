package cookbook

import (
	"context"
	"iter"

	"github.com/avloom/avloom/api"
)

// AlphaWeb writes pictures with an alpha, as R G B A, into a webm file of VP9 that pages can lay
// over others.
func AlphaWeb(ctx context.Context, path string, width, height int, pictures iter.Seq[[]byte]) error {
	enc := api.NewEncoder()
	defer enc.Abort(nil) // gives the file up, unless Close came first
	video, err := enc.AddVideo(api.VideoConfig{
		Width: width, Height: height, FrameRate: 30, OddSize: api.OddSizePad,
		InputFormat: "rgba", Codec: "libvpx-vp9", PixelFormat: "yuva420p", CRF: new(24.0),
	})
	if err != nil {
		return err
	}
	if err := enc.OpenFile(ctx, path); err != nil {
		return err
	}
	for rgba := range pictures {
		if err := video.AddFrames(ctx, api.Frames{Data: rgba, Layout: api.Raw}); err != nil {
			return err
		}
	}
	return enc.Close()
}
