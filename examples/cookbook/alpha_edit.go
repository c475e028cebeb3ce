package cookbook

import (
	"context"
	"iter"

	"github.com/avloom/avloom/api"
)

// AlphaEdit writes pictures with an alpha, as R G B A, into a mov file of ProRes 4444 for editors.
func AlphaEdit(ctx context.Context, path string, width, height int, pictures iter.Seq[[]byte]) error {
	enc := api.NewEncoder()
	defer enc.Abort(nil) // gives the file up, unless Close came first
	video, err := enc.AddVideo(api.VideoConfig{
		Width: width, Height: height, FrameRate: 30,
		InputFormat: "rgba", Codec: "prores_ks", PixelFormat: "yuva444p10le",
		ExtraOptions: map[string]any{"profile": "4444", "alpha_bits": 16},
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
