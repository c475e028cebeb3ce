package api_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// TestEncodersThatAreNotFinished gives encoders up that had nothing, or something but not all:
// libraries differ in how they bear that.
func TestEncodersThatAreNotFinished(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, codec := range []string{"libx264", "libx265", "libvpx-vp9", "libsvtav1", "libaom-av1", "mpeg4"} {
		for _, frames := range []int{0, 1, 40} {
			enc := api.NewEncoder()
			cfg := numberedVideo()
			cfg.Codec, cfg.Preset = codec, ""
			switch codec {
			case "libsvtav1":
				cfg.Preset = "12"
			case "libaom-av1":
				cfg.ExtraOptions = map[string]any{"cpu-used": 8, "usage": "realtime"}
			}
			v := addVideo(t, enc, cfg)
			require.NoError(t, enc.OpenWriter(context.Background(), &api.MemoryFile{}, "mkv"), codec)
			addNumbered(t, v, 0, frames)
			if frames == 1 {
				require.NoError(t, enc.Close(), codec)
				continue
			}
			require.ErrorIs(t, enc.Abort(nil), api.ErrAborted, codec)
			require.Zero(t, enc.Stats().Abandoned, codec)
		}
	}
}
