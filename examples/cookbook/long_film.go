package cookbook

import (
	"context"

	"github.com/avloom/avloom/api"
)

// LongFilm writes one film of AV1 on all cores. draw returns any frame as R G B. It is called for
// several parts of the film at a time. Called again after a kill, LongFilm goes on where it was.
func LongFilm(ctx context.Context, path string, width, height, frames int, draw func(k int) []byte) error {
	_, err := api.RenderFilm(ctx, api.Film{
		Path: path, Frames: frames, Chunk: 90,
		Video: api.VideoConfig{
			Width: width, Height: height, FrameRate: 30, OddSize: api.OddSizePad,
			Codec: "libaom-av1", PixelFormat: "yuv420p", CRF: new(32.0),
			ExtraOptions: map[string]any{"cpu-used": 6},
		},
		Draw: func(ctx context.Context, video *api.VideoStream, from, n int) error {
			for k := from; k < from+n; k++ {
				if err := video.AddFrames(ctx, api.Frames{Data: draw(k), Layout: api.NHWC}); err != nil {
					return err
				}
			}
			return nil
		},
		Fingerprint: "version 1 of the scene",
	}, api.RenderConfig{Resume: true})
	return err
}
