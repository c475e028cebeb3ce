package cookbook

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/avloom/avloom/api"
)

// ClipsOnMachines makes, on one of many machines, its part of the clips in a folder that they have
// in common. draw returns picture k of a clip, of 90.
func ClipsOnMachines(
	ctx context.Context, folder string, width, height, clips int, shard api.Shard, draw func(clip, k int) []byte,
) error {
	_, err := api.RenderAll(ctx, func(yield func(api.Job) bool) {
		for clip := range clips {
			id := fmt.Sprintf("clip-%05d", clip)
			job := api.Job{
				ID: id, Path: filepath.Join(folder, id+".mp4"), Fingerprint: "version 1 of the scene",
				Run: func(ctx context.Context, enc *api.Encoder, path string) error {
					video, err := enc.AddVideo(api.VideoConfig{
						Width: width, Height: height, FrameRate: 30, OddSize: api.OddSizePad,
						Codec: "libx264", PixelFormat: "yuv420p", Threads: 1,
					})
					if err != nil {
						return err
					}
					if err := enc.OpenFile(ctx, path); err != nil {
						return err
					}
					for k := range 90 {
						if err := video.AddFrames(ctx, api.Frames{Data: draw(clip, k), Layout: api.NHWC}); err != nil {
							return err
						}
					}
					return nil
				},
			}
			if !yield(job) {
				return
			}
		}
	}, api.RenderConfig{
		Shard: shard, Total: clips, Resume: true, Manifest: filepath.Join(folder, "clips.jsonl"),
	})
	return err
}
