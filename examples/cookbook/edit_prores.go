package cookbook

import (
	"context"
	"iter"

	"github.com/avloom/avloom/api"
)

// EditProRes writes pictures and sound into a mov file of ProRes 422 HQ, which editors cut without
// loss of time or quality.
func EditProRes(ctx context.Context, path string, width, height int, film iter.Seq2[[]byte, []float32]) error {
	enc := api.NewEncoder()
	defer enc.Abort(nil) // gives the file up, unless Close came first
	video, err := enc.AddVideo(api.VideoConfig{
		Width: width, Height: height, FrameRate: 30, OddSize: api.OddSizePad,
		Codec: "prores_ks", PixelFormat: "yuv422p10le",
		ExtraOptions: map[string]any{"profile": "hq"},
	})
	if err != nil {
		return err
	}
	audio, err := enc.AddAudio(api.AudioConfig{SampleRate: 48000, NumChannels: 2, Codec: "pcm_s24le"})
	if err != nil {
		return err
	}
	if err := enc.OpenFile(ctx, path, api.Metadata(map[string]string{"timecode": "01:00:00:00"})); err != nil {
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
