package cookbook

import (
	"context"
	"iter"

	"github.com/avloom/avloom/api"
)

// Web writes pictures and sound into a webm file for web pages.
func Web(ctx context.Context, path string, width, height int, film iter.Seq2[[]byte, []float32]) error {
	enc := api.NewEncoder()
	defer enc.Abort(nil) // gives the file up, unless Close came first
	video, err := enc.AddVideo(api.VideoConfig{
		Width: width, Height: height, FrameRate: 30, OddSize: api.OddSizePad,
		Codec: "libvpx-vp9", PixelFormat: "yuv420p", CRF: new(31.0), KeyInterval: 150,
		ExtraOptions: map[string]any{"row-mt": 1, "cpu-used": 4},
	})
	if err != nil {
		return err
	}
	audio, err := enc.AddAudio(api.AudioConfig{SampleRate: 48000, NumChannels: 2, Codec: "libopus", BitRate: 128_000})
	if err != nil {
		return err
	}
	if err := enc.OpenFile(ctx, path); err != nil {
		return err
	}
	for rgb, samples := range film {
		if err := video.AddFrames(ctx, api.Frames{Data: rgb, Layout: api.NHWC}); err != nil {
			return err
		}
		if err := audio.AddInterleaved(ctx, samples); err != nil {
			return err
		}
	}
	return enc.Close()
}
