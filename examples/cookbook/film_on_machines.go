package cookbook

import (
	"context"
	"fmt"

	"github.com/avloom/avloom/api"
)

// FilmOnMachines makes one film on many machines, which have a folder in common: each of them, from
// 0 to machines-1, some parts, and then the call with machine equal to machines the film.
func FilmOnMachines(
	ctx context.Context, path string, width, height, frames, machine, machines int, draw func(k int) []byte,
) error {
	plan, err := api.PlanFilm(ctx, api.Film{
		Path: path, Frames: frames, Chunk: 90,
		Video: api.VideoConfig{
			Width: width, Height: height, FrameRate: 30, OddSize: api.OddSizePad,
			Codec: "libvpx-vp9", PixelFormat: "yuv420p", CRF: new(31.0),
			ExtraOptions: map[string]any{"cpu-used": 4},
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
	})
	if err != nil {
		return err
	}
	defer plan.Close()
	part := func(index int) string { return fmt.Sprintf("%s.%05d", path, index) }
	if machine == machines {
		return plan.Join(ctx, path, part)
	}
	for index := machine; index < plan.Chunks(); index += machines {
		if plan.Check(index, part(index)) == nil {
			continue // it was made before
		}
		if _, err := plan.RenderChunk(ctx, index, part(index), nil); err != nil {
			return err
		}
	}
	return nil
}
