package cookbook

import (
	"context"
	"iter"

	"github.com/avloom/avloom/api"
)

// Archive writes pictures and sound into an mkv file in which every bit of them stays, and whose
// parts carry checksums.
func Archive(ctx context.Context, path string, width, height int, film iter.Seq2[[]byte, []float32]) error {
	enc := api.NewEncoder()
	defer enc.Abort(nil) // gives the file up, unless Close came first
	video, err := enc.AddVideo(api.VideoConfig{
		Width: width, Height: height, FrameRate: 30,
		Codec: "ffv1", PixelFormat: "bgr0", KeyInterval: 1,
		ExtraOptions: map[string]any{"level": 3, "coder": "range_def", "slices": 16, "slicecrc": 1},
	})
	if err != nil {
		return err
	}
	audio, err := enc.AddAudio(api.AudioConfig{SampleRate: 48000, NumChannels: 2, Codec: "flac"})
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
