package cookbook

import (
	"context"
	"iter"

	"github.com/avloom/avloom/api"
)

// EditH264 writes pictures and sound into a mov file of H.264 whose frames are all key frames: much
// smaller than ProRes, and still quick to cut.
func EditH264(ctx context.Context, path string, width, height int, film iter.Seq2[[]byte, []float32]) error {
	enc := api.NewEncoder()
	defer enc.Abort(nil) // gives the file up, unless Close came first
	video, err := enc.AddVideo(api.VideoConfig{
		Width: width, Height: height, FrameRate: 30, OddSize: api.OddSizePad,
		Codec: "libx264", PixelFormat: "yuv420p", CRF: new(12.0), KeyInterval: 1,
		ExtraOptions: map[string]any{"profile": "high", "tune": "fastdecode"},
	})
	if err != nil {
		return err
	}
	audio, err := enc.AddAudio(api.AudioConfig{SampleRate: 48000, NumChannels: 2, Codec: "pcm_s16le"})
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
