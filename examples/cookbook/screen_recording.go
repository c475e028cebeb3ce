package cookbook

import (
	"context"
	"iter"
	"time"

	"github.com/avloom/avloom/api"
)

// ScreenRecording writes pictures that come when the screen changes, each with the time at which it
// did, into an mp4 file.
func ScreenRecording(ctx context.Context, path string, width, height int,
	pictures iter.Seq2[time.Duration, []byte],
) error {
	enc := api.NewEncoder()
	defer enc.Abort(nil) // gives the file up, unless Close came first
	video, err := enc.AddVideo(api.VideoConfig{
		Width: width, Height: height, FrameRate: 60, VariableRate: true, OddSize: api.OddSizePad,
		Codec: "libx264", PixelFormat: "yuv420p", Preset: "veryfast", CRF: new(20.0),
	})
	if err != nil {
		return err
	}
	if err := enc.OpenFile(ctx, path); err != nil {
		return err
	}
	for at, rgb := range pictures {
		if err := video.AddFrames(ctx, api.Frames{Data: rgb, Layout: api.NHWC, PTS: []time.Duration{at}}); err != nil {
			return err
		}
	}
	return enc.Close()
}
