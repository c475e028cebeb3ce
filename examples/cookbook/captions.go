package cookbook

import (
	"context"
	"iter"

	"github.com/avloom/avloom/api"
)

// Captions writes a film with captions in English, which players show by default, and in German,
// which viewers choose. The extension of the path chooses the container: mp4, mov, mkv or webm.
func Captions(
	ctx context.Context, path string, width, height int, pictures iter.Seq[[]byte], english, german []api.Cue,
) error {
	enc := api.NewEncoder()
	defer enc.Abort(nil) // gives the file up, unless Close came first
	video, err := enc.AddVideo(api.VideoConfig{Width: width, Height: height, FrameRate: 30, OddSize: api.OddSizePad})
	if err != nil {
		return err
	}
	eng, err := enc.AddSubtitles(api.SubtitleConfig{
		Metadata: map[string]string{"language": "eng"}, Disposition: []string{"default"},
	})
	if err != nil {
		return err
	}
	ger, err := enc.AddSubtitles(api.SubtitleConfig{Metadata: map[string]string{"language": "ger"}})
	if err != nil {
		return err
	}
	if err := enc.OpenFile(ctx, path); err != nil {
		return err
	}
	for _, cue := range english {
		if err := eng.AddCue(ctx, cue); err != nil {
			return err
		}
	}
	for _, cue := range german {
		if err := ger.AddCue(ctx, cue); err != nil {
			return err
		}
	}
	for rgb := range pictures {
		if err := video.AddFrames(ctx, api.Frames{Data: rgb, Layout: api.NHWC}); err != nil {
			return err
		}
	}
	return enc.Close()
}
