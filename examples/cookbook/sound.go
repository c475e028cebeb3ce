package cookbook

import (
	"context"
	"iter"

	"github.com/avloom/avloom/api"
)

// Sound writes sound alone, left and right interleaved. The extension of the path chooses the
// codec: m4a (AAC), mp3, opus, flac or wav.
func Sound(ctx context.Context, path string, sound iter.Seq[[]float32]) error {
	enc := api.NewEncoder()
	defer enc.Abort(nil) // gives the file up, unless Close came first
	audio, err := enc.AddAudio(api.AudioConfig{SampleRate: 48000, NumChannels: 2, BitRate: 192_000})
	if err != nil {
		return err
	}
	if err := enc.OpenFile(ctx, path); err != nil {
		return err
	}
	for samples := range sound {
		if err := audio.AddInterleaved(ctx, samples); err != nil {
			return err
		}
	}
	return enc.Close()
}
