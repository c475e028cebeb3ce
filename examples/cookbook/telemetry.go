package cookbook

import (
	"context"
	"encoding/json"
	"iter"
	"time"

	"github.com/avloom/avloom/api"
)

// Telemetry writes an mkv file with the state of a simulation at each picture, as JSON in a stream
// of text.
func Telemetry(ctx context.Context, path string, width, height int, simulation iter.Seq2[[]byte, any]) error {
	enc := api.NewEncoder()
	defer enc.Abort(nil) // gives the file up, unless Close came first
	video, err := enc.AddVideo(api.VideoConfig{
		Width: width, Height: height, FrameRate: 30, OddSize: api.OddSizePad,
		Codec: "libx264", PixelFormat: "yuv420p",
	})
	if err != nil {
		return err
	}
	states, err := enc.AddSubtitles(api.SubtitleConfig{Codec: "webvtt"})
	if err != nil {
		return err
	}
	if err := enc.OpenFile(ctx, path); err != nil {
		return err
	}
	frame := time.Duration(0)
	for rgb, state := range simulation {
		if err := video.AddFrames(ctx, api.Frames{Data: rgb, Layout: api.NHWC}); err != nil {
			return err
		}
		text, err := json.Marshal(state)
		if err != nil {
			return err
		}
		cue := api.Cue{Start: frame * time.Second / 30, End: (frame + 1) * time.Second / 30, Text: string(text)}
		if err := states.AddCue(ctx, cue); err != nil {
			return err
		}
		frame++
	}
	return enc.Close()
}
