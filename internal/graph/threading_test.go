package graph

import (
	"testing"

	"github.com/asticode/go-astiav"
	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/codec"
	"github.com/avloom/avloom/internal/mediatest"
	"github.com/avloom/avloom/internal/plan"
	"github.com/avloom/avloom/nodes"
)

// opened opens the encoder of a config for matroska, under a budget that gives it this number of
// threads.
func opened(t *testing.T, cfg plan.VideoConfig, threads int) *astiav.CodecContext {
	t.Helper()
	cfg.Width, cfg.Height, cfg.FrameRate = 256, 256, 30
	p, err := plan.NewVideo(cfg)
	require.NoError(t, err)
	container, ok := astiavx.GuessContainer("matroska", "")
	require.True(t, ok)
	enc, err := open(p, codec.Share{Threads: threads}, container)
	require.NoError(t, err)
	t.Cleanup(func() { nodes.FreeCodecContext(enc.codec) })
	return enc.codec
}

// TestEncodersUseTheirThreads reads the number of threads from each open encoder.
func TestEncodersUseTheirThreads(t *testing.T) {
	for _, codec := range []string{"mpeg4", "ffv1", "mjpeg", "prores_ks"} {
		t.Run(codec, func(t *testing.T) {
			mediatest.NoLeaks(t)
			require.Equal(t, 1, opened(t, plan.VideoConfig{Codec: codec}, 1).ThreadCount())
			require.Equal(t, 3, opened(t, plan.VideoConfig{Codec: codec}, 3).ThreadCount())
			require.Equal(t, 2, opened(t, plan.VideoConfig{Codec: codec, Threads: 2}, 3).ThreadCount())
			byOption := plan.VideoConfig{Codec: codec, ExtraOptions: map[string]any{"threads": 2}}
			require.Equal(t, 2, opened(t, byOption, 3).ThreadCount())
		})
	}
}

// TestBudgetsMayBeLarge opens an encoder that takes at most 64 threads, under a budget of more.
func TestBudgetsMayBeLarge(t *testing.T) {
	mediatest.NoLeaks(t)
	require.Equal(t, 64, opened(t, plan.VideoConfig{Codec: "prores_ks"}, 1000).ThreadCount())
}

// TestUserOptionsOverrideThreading reads the options that let encoders use their threads.
func TestUserOptionsOverrideThreading(t *testing.T) {
	rows := func(cc *astiav.CodecContext) string {
		text, err := cc.PrivateData().Options().Get("row-mt", astiav.NewOptionSearchFlags())
		require.NoError(t, err)
		return text
	}
	vp9, mjpeg := plan.VideoConfig{Codec: "libvpx-vp9"}, plan.VideoConfig{Codec: "mjpeg"}
	t.Run("vp9", func(t *testing.T) {
		mediatest.NoLeaks(t)
		require.Equal(t, "true", rows(opened(t, vp9, 0)))
		require.Equal(t, "true", rows(opened(t, vp9, 2)))
		require.Equal(t, "auto", rows(opened(t, vp9, 1)))
		vp9.ExtraOptions = map[string]any{"row-mt": 0}
		require.Equal(t, "false", rows(opened(t, vp9, 2)))
	})
	t.Run("mjpeg", func(t *testing.T) {
		mediatest.NoLeaks(t)
		require.Equal(t, astiav.ThreadTypeSlice, opened(t, mjpeg, 2).ThreadType())
		mjpeg.ExtraOptions = map[string]any{"thread_type": "frame", "flags": "+qscale", "global_quality": 500}
		require.Equal(t, astiav.ThreadTypeFrame, opened(t, mjpeg, 2).ThreadType())
	})
}
