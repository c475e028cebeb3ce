package api_test

import (
	"context"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// TestVariableRateMeetsItsBitRate: the bit rate is met by frames that come 10 to 40 times a second,
// and is then not farther from the goal than that of the same frames at a constant rate.
func TestVariableRateMeetsItsBitRate(t *testing.T) {
	mediatest.NoLeaks(t)
	const frames, width, height, goal = 500, 128, 96, 300_000
	random := rand.New(rand.NewPCG(3, 4))
	noise := make([]byte, 3*width*height*8)
	for i := range noise {
		noise[i] = byte(random.IntN(64))
	}
	for _, c := range []struct {
		codec   string
		options map[string]any
	}{
		{"libx264", map[string]any{"b": goal, "preset": "veryfast"}},
		{"libx265", map[string]any{"b": goal, "preset": "ultrafast"}},
		{"libvpx", map[string]any{"b": goal, "deadline": "realtime", "cpu-used": 8}},
	} {
		t.Run(c.codec, func(t *testing.T) {
			t.Parallel()
			rates := map[bool]float64{}
			for _, variable := range []bool{false, true} {
				random := rand.New(rand.NewPCG(5, 6))
				ctx, enc := context.Background(), api.NewEncoder()
				v := addVideo(t, enc, api.VideoConfig{
					Width: width, Height: height, FrameRate: 20, Codec: c.codec, ExtraOptions: c.options, VariableRate: variable,
				})
				require.NoError(t, enc.OpenWriter(ctx, &api.MemoryFile{}, "mkv"))
				at := time.Duration(0)
				for i := range frames {
					f := api.Frames{Data: noise[i*991%(7*3*width*height):][:3*width*height], Layout: api.NHWC}
					if variable {
						f.PTS = []time.Duration{at}
					}
					require.NoError(t, v.AddFrames(ctx, f))
					at += time.Duration(25+random.IntN(51)) * time.Millisecond
				}
				require.NoError(t, enc.Close())
				s := enc.Stats().Streams[0]
				rates[variable] = float64(s.Bytes) * 8 / s.Encoded.Seconds()
			}
			t.Logf("%.0f at a constant rate, %.0f at a variable one", rates[false], rates[true])
			require.InEpsilon(t, rates[false], rates[true], 0.25)
			require.InEpsilon(t, goal, rates[true], 0.35)
		})
	}
}

// TestVariableRateRefusesABitRate: FFmpeg's rate control for MPEG-4 takes times for numbers of
// frames.
func TestVariableRateRefusesABitRate(t *testing.T) {
	var e *api.ConfigError
	_, err := api.NewEncoder().AddVideo(api.VideoConfig{
		Width: 128, Height: 96, FrameRate: 20, Codec: "mpeg4", ExtraOptions: map[string]any{"b": 300_000}, VariableRate: true,
	})
	require.ErrorAs(t, err, &e)
	require.Equal(t, "ExtraOptions[b]", e.Field)
	require.Contains(t, e.Reason, "OutFrameRate")
}

// TestVariableRateTellsOfNoBitRate: an encoder that keeps to no bit rate with own times warns of
// it, unless it is told to keep a quality, or frames are brought to a constant rate.
func TestVariableRateTellsOfNoBitRate(t *testing.T) {
	mediatest.NoLeaks(t)
	quality := map[string]any{"flags": "+qscale", "global_quality": 118 * 4}
	for name, c := range map[string]struct {
		cfg   api.VideoConfig
		warns int
	}{
		"the default":     {api.VideoConfig{Codec: "mpeg4", VariableRate: true}, 1},
		"a quality":       {api.VideoConfig{Codec: "mpeg4", VariableRate: true, ExtraOptions: quality}, 0},
		"a constant rate": {api.VideoConfig{Codec: "mpeg4"}, 0},
		"brought to one":  {api.VideoConfig{Codec: "mpeg4", VariableRate: true, OutFrameRate: 25}, 0},
		"libx264":         {api.VideoConfig{Codec: "libx264", VariableRate: true}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			core, logs := observer.New(zap.WarnLevel)
			enc := api.NewEncoder(api.WithLogger(zap.New(core)))
			cfg := c.cfg
			cfg.Width, cfg.Height, cfg.FrameRate = 32, 32, 25
			addVideo(t, enc, cfg)
			require.NoError(t, enc.OpenWriter(context.Background(), &api.MemoryFile{}, "mp4"))
			require.Len(t, logs.FilterMessageSnippet("keeps to no bit rate").All(), c.warns)
			require.NoError(t, enc.Close())
		})
	}
}
