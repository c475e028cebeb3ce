package api_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/asticode/go-astiav"
	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/mediatest"
)

// TestTwoPassIsRefused tells every software encoder, in every spelling, to make a pass of two.
func TestTwoPassIsRefused(t *testing.T) {
	mediatest.NoLeaks(t)
	refused := 0
	for _, codec := range encodersOf(t) {
		name := codec.Name()
		if codec.ID().MediaType() != astiav.MediaTypeVideo || isHardwareEncoder(name) || name == "libx264" ||
			name == "libx264rgb" ||
			onlyPalettes(codec) {
			continue
		}
		for _, value := range []any{
			"pass1", "+pass1", "+pass2", "+bitexact+pass1", "+pass1-bitexact", "512", 512, 1024, "0x200", "+1024",
		} {
			requireField(t, addWithFlags(name, value), "ExtraOptions[flags]")
			refused++
		}
		for _, value := range []any{"+bitexact", "-pass1", "+pass1-pass1", 0} {
			require.NoError(t, addWithFlags(name, value), "%s %v", name, value)
		}
	}
	require.Greater(t, refused, 400)
	// With pass=2 SVT-AV1 would end the process.
	for parameters, wrong := range map[string]bool{"pass=1": true, "rc=1:pass=2": true, "pass=0": false} {
		_, err := api.NewEncoder().AddVideo(api.VideoConfig{
			Width: 64, Height: 64, FrameRate: 25, Codec: "libsvtav1",
			ExtraOptions: map[string]any{"svtav1-params": parameters},
		})
		require.Equal(t, wrong, err != nil, parameters)
		if wrong {
			requireField(t, err, "ExtraOptions[svtav1-params]")
		}
	}
	enc := api.NewEncoder() // whose codec is known when it is opened
	addVideo(
		t,
		enc,
		api.VideoConfig{Width: 64, Height: 64, FrameRate: 25, ExtraOptions: map[string]any{"flags": "+pass1"}},
	)
	requireField(t, enc.OpenWriter(context.Background(), io.Discard, "webm"), "ExtraOptions[flags]")
}

// addWithFlags adds a stream with these flags, and returns the error.
func addWithFlags(codec string, flags any) error {
	_, err := api.NewEncoder().AddVideo(api.VideoConfig{
		Width: 64, Height: 64, FrameRate: 25, Codec: codec, ExtraOptions: map[string]any{"flags": flags},
	})
	return err
}

// onlyPalettes says whether an encoder takes nothing that R G B is turned into.
func onlyPalettes(codec *astiav.Codec) bool {
	formats := codec.SupportedPixelFormats()
	return len(formats) > 0 && !slices.ContainsFunc(formats, astiavx.CanScaleTo)
}

// TestTwoPass encodes in two passes with the encoders that keep what the first has learnt in a file
// of their own.
func TestTwoPass(t *testing.T) {
	mediatest.NoLeaks(t)
	const bitRate, frames = 60_000, 100
	for codec, options := range map[string]func(pass int, stats string) map[string]any{
		"libx264": func(pass int, stats string) map[string]any {
			return map[string]any{"b": bitRate, "flags": fmt.Sprintf("+pass%d", pass), "stats": stats}
		},
		"libx264rgb": func(pass int, stats string) map[string]any {
			return map[string]any{"b": bitRate, "flags": fmt.Sprintf("+pass%d", pass), "stats": stats}
		},
		"libx264 by parameters": func(pass int, stats string) map[string]any {
			return map[string]any{"b": bitRate, "x264-params": fmt.Sprintf("pass=%d:stats=%s", pass, stats)}
		},
		"libx265": func(pass int, stats string) map[string]any {
			return map[string]any{"b": bitRate, "x265-params": fmt.Sprintf("pass=%d:stats=%s", pass, stats)}
		},
	} {
		t.Run(codec, func(t *testing.T) {
			stats := filepath.Join(t.TempDir(), "stats")
			var name string
			_, err := fmt.Sscan(codec, &name)
			require.NoError(t, err)
			pass := func(n int) string {
				cfg := numberedVideo()
				cfg.Codec, cfg.ExtraOptions = name, options(n, stats)
				return saved(t, "pass.mkv", encodePictures(t, cfg, func(v *api.VideoStream) { addNumbered(t, v, 0, frames) }))
			}
			pass(1)
			learnt, err := os.ReadFile(stats)
			require.NoError(t, err)
			require.NotEmpty(t, learnt)
			require.Equal(t, counting(frames), numbersIn(t, pass(2)))
		})
	}
}
