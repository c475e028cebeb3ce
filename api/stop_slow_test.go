package api_test

import (
	"context"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/live"
	"github.com/avloom/avloom/internal/mediatest"
)

// TestSlowEncoders ends runs whose encoders take seconds for each picture. Nothing of avloom's
// waits for them; when they are done at last, they are freed.
func TestSlowEncoders(t *testing.T) {
	mediatest.NoLeaks(t)
	const width, height, pictures = 3840, 2160, 4
	data := make([]byte, pictures*width*height*3)
	for i := range data {
		data[i] = byte(i >> 16) // easy, or it would take minutes
	}
	cause := errors.New("no more patience")
	for name, c := range map[string]struct {
		cfg       api.VideoConfig
		abandoned int
	}{
		"SVT-AV1 encodes all that it has before it can be freed": {api.VideoConfig{Codec: "libsvtav1", Preset: "4"}, 1},
		"libaom can be freed between pictures":                   {api.VideoConfig{Codec: "libaom-av1", ExtraOptions: map[string]any{"cpu-used": 4}}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(context.Background())
			enc := api.NewEncoder(api.WithQueueDepth(1))
			c.cfg.Width, c.cfg.Height, c.cfg.FrameRate = width, height, 30
			v := addVideo(t, enc, c.cfg)
			require.NoError(t, enc.OpenWriter(ctx, io.Discard, "mkv"))
			require.NoError(t, v.AddFrames(ctx, api.Frames{Data: data}))
			cancel(cause)
			require.Equal(t, cause, v.AddFrames(context.Background(), api.Frames{Data: data}))
			require.Equal(t, cause, enc.Close())
			if c.abandoned > 0 {
				require.NotEmpty(t, live.Report(), "nobody has waited for the encoder")
				require.Equal(t, c.abandoned, enc.Stats().Abandoned)
			}
			awaitFree(t)
		})
	}
}

// awaitFree waits until what was left behind has returned and has been freed.
func awaitFree(t *testing.T) {
	t.Helper()
	for deadline := time.Now().Add(5 * time.Minute); live.Report() != ""; time.Sleep(time.Millisecond) {
		require.True(t, time.Now().Before(deadline), "still not free: %s", live.Report())
	}
}
