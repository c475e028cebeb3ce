package api_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
	"github.com/avloom/avloom/muxer/container"
)

// TestAContainerThatIsFull: the error says so, every later call returns it, and the file is whole.
func TestAContainerThatIsFull(t *testing.T) {
	mediatest.NoLeaks(t)
	path := temporary(t, "full.rso") // which says its size in 16 bits
	ctx, enc := context.Background(), api.NewEncoder()
	a := addAudio(t, enc, api.AudioConfig{SampleRate: 8000, NumChannels: 1, Codec: "pcm_u8"})
	require.NoError(t, enc.OpenFile(ctx, path))
	second := chord(8000, 1, 8000)
	var err error
	for range 60 {
		if err = a.AddSamples(ctx, second); err != nil {
			break
		}
	}
	closed := enc.Close()
	var full *container.SizeError
	require.ErrorAs(t, closed, &full)
	require.ErrorContains(t, closed, "65543 bytes at most")
	if err != nil {
		require.ErrorAs(t, err, &full)
	}
	sound := soundOf(t, "ffmpeg", path, 1)[0]
	require.Greater(t, len(sound), 1<<16-2048)
	require.LessOrEqual(t, len(sound), 1<<16)
}
