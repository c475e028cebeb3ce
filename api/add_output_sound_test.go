package api_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// An output that joins late has the sound of its first picture, also with an encoder that holds
// many pictures, and key frames among them, when the output joins.
func TestAddedOutputsBeginWithSound(t *testing.T) {
	mediatest.NoLeaks(t)
	for name, options := range map[string][]api.OutputOption{"required": nil, "best effort": {api.BestEffort()}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg := numberedVideo()
			cfg.Preset, cfg.KeyInterval = "veryfast", 10
			cfg.ExtraOptions = map[string]any{"rc-lookahead": 40}
			enc := api.NewEncoder()
			v, a := addVideo(t, enc, cfg), addAudio(t, enc, stereoAAC())
			require.NoError(t, enc.OpenWriter(context.Background(), new(api.MemoryFile), "mkv"))
			feedFrom(t, v, a, 0, 100)
			require.NoError(t, enc.Sync(context.Background()))
			path := temporary(t, "late.mkv")
			h := addOutput(t, enc, api.File(path, options...))
			feedFrom(t, v, a, 100, 100)
			require.NoError(t, enc.Close())
			require.NoError(t, h.Err())
			first, end := requireRun(t, numbersInFile(t, path))
			require.Equal(t, 200, end)
			require.GreaterOrEqual(t, first, 95, "not a picture that the encoder held")
			begin := map[int]float64{}
			for _, p := range mediatest.Packets(t, path) {
				if _, has := begin[p.Stream]; !has {
					begin[p.Stream] = p.PTS
				}
			}
			require.InDelta(t, begin[0], begin[1], 1024.0/48000+0.001)
		})
	}
}
