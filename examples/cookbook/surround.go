package cookbook

import (
	"context"
	"iter"

	"github.com/avloom/avloom/api"
)

// Surround writes pictures and sound of 5.1 channels into an mp4 file. The channels are
// interleaved: left, right, centre, low frequencies, back left, back right.
func Surround(ctx context.Context, path string, width, height int, film iter.Seq2[[]byte, []float32]) error {
	enc := api.NewEncoder()
	defer enc.Abort(nil) // gives the file up, unless Close came first
	video, err := enc.AddVideo(api.VideoConfig{
		Width: width, Height: height, FrameRate: 30, OddSize: api.OddSizePad,
		Codec: "libx264", PixelFormat: "yuv420p",
	})
	if err != nil {
		return err
	}
	audio, err := enc.AddAudio(api.AudioConfig{SampleRate: 48000, NumChannels: 6, Codec: "aac", BitRate: 384_000})
	if err != nil {
		return err
	}
	if err := enc.OpenFile(ctx, path, api.Faststart()); err != nil {
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
