package api_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// TestX265SaysNothing opens and closes an encoder that would write its whole story to stderr.
func TestX265SaysNothing(t *testing.T) {
	mediatest.NoLeaks(t)
	require.Empty(t, mediatest.StderrOf(t, func() {
		for _, codec := range []string{"libx265", "libx264"} {
			for _, threads := range []int{0, 1, 3, 40} {
				e := api.NewEncoder()
				v, err := e.AddVideo(
					api.VideoConfig{Width: 128, Height: 96, FrameRate: 25, Codec: codec, Threads: threads, Preset: "ultrafast"},
				)
				require.NoError(t, err)
				require.NoError(t, e.OpenWriter(context.Background(), new(api.MemoryFile), "mkv"))
				require.NoError(t, v.AddFrames(context.Background(), api.Frames{Data: make([]byte, 4*128*96*3)}))
				require.NoError(t, e.Close())
			}
		}
	}))
}

// TestSVTAV1RefusesAndGoesOn finds a parameter that only opening reveals, and then encodes with one
// that is fine: closed without a picture, SVT-AV1 would wait for ever.
func TestSVTAV1RefusesAndGoesOn(t *testing.T) {
	mediatest.NoLeaks(t)
	open := func(parameters string) (*api.VideoStream, *api.Encoder, error) {
		e := api.NewEncoder()
		v, err := e.AddVideo(api.VideoConfig{
			Width:        128,
			Height:       96,
			FrameRate:    25,
			Codec:        "libsvtav1",
			Preset:       "12",
			Threads:      1,
			ExtraOptions: map[string]any{"svtav1-params": parameters},
		})
		require.NoError(t, err)
		return v, e, e.OpenWriter(context.Background(), new(api.MemoryFile), "mkv")
	}
	_, e, err := open("tune=0:lookahead=500")
	require.ErrorContains(t, err, `libsvtav1 does not open with "lookahead=500" in it`)
	require.NoError(t, e.Close())
	v, e, err := open("tune=0")
	require.NoError(t, err)
	require.NoError(t, v.AddFrames(context.Background(), api.Frames{Data: make([]byte, 3*128*96*3)}))
	require.NoError(t, e.Close())
}
