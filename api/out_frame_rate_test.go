package api_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// TestOutFrameRateAgainstTheCommand compares pictures and times with those of the ffmpeg command's
// fps filter, in files.
func TestOutFrameRateAgainstTheCommand(t *testing.T) {
	mediatest.NoLeaks(t)
	const frames = 60
	raw := filepath.Join(t.TempDir(), "numbers.rgb")
	require.NoError(t, os.WriteFile(raw, numbered(0, frames), 0o644))
	for _, c := range []struct {
		in, out                 float64
		inFraction, outFraction string
		extension               string
	}{
		{30, 25, "30", "25", "mp4"},
		{24, 60, "24", "60", "mp4"},
		{24000.0 / 1001, 30, "24000/1001", "30", "mov"},
		{29.97, 30, "2997/100", "30", "mkv"},
		{60, 30000.0 / 1001, "60", "30000/1001", "flv"},
		{240, 10, "240", "10", "avi"},
		{1, 7, "1", "7", "mov"},
		{15, 15, "15", "15", "mp4"},
	} {
		t.Run(fmt.Sprintf("%s to %s in %s", c.inFraction, c.outFraction, c.extension), func(t *testing.T) {
			t.Parallel()
			ours, theirs := temporary(t, "ours."+c.extension), temporary(t, "theirs."+c.extension)
			command(t, nil, "-v", "error", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", "64x64", "-r", c.inFraction, "-i", raw,
				"-vf", "fps="+c.outFraction, "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", theirs)
			cfg := numberedVideo()
			cfg.FrameRate, cfg.OutFrameRate, cfg.PixelFormat = c.in, c.out, "yuv420p"
			enc := api.NewEncoder()
			v := addVideo(t, enc, cfg)
			require.NoError(t, enc.OpenFile(context.Background(), ours))
			addNumbered(t, v, 0, frames)
			require.NoError(t, enc.Close())
			requireLaw(t, enc.Stats(), true)

			numbers := func(path string) []int { return numbersOf(mediatest.Pictures(t, path, 0, "gray")) }
			require.Equal(t, numbers(theirs), numbers(ours))
			require.Equal(t, frameTable(t, theirs, c.extension), frameTable(t, ours, c.extension))
			describe := func(path string) string {
				const entries = "stream=r_frame_rate,avg_frame_rate,time_base,duration,nb_frames:format=duration"
				return string(mediatest.Run(t, "ffprobe", "-v", "error", "-show_entries", entries, "-of", "flat", path))
			}
			require.Equal(t, describe(theirs), describe(ours))
		})
	}
}

// TestOutFrameRateThatIsWrong: what cannot be a rate, and what encoder or container refuse, is an
// error about OutFrameRate.
func TestOutFrameRateThatIsWrong(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, rate := range []float64{-1, math.NaN(), math.Inf(1), math.Inf(-1), 1e-7, 3e9, math.SmallestNonzeroFloat64} {
		cfg := numberedVideo()
		cfg.OutFrameRate = rate
		_, err := api.NewEncoder().AddVideo(cfg)
		_ = requireConfigError(t, err, "OutFrameRate")
	}
	for name, c := range map[string]struct {
		rate             float64
		codec, extension string
		supported        string
	}{
		"the encoder's list":      {33, "mpeg2video", "mkv", "24000/1001"},
		"the container's range":   {60, "gif", "gif", "50"},
		"the container's numbers": {12.5, "cinepak", "film_cpk", "12"},
		"too slow for mp4":        {0.000001, "libx264", "mp4", ""},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := numberedVideo()
			cfg.FrameRate, cfg.OutFrameRate, cfg.Codec, cfg.Preset = 25, c.rate, c.codec, ""
			enc := api.NewEncoder()
			defer func() { _ = enc.Abort(nil) }()
			addVideo(t, enc, cfg)
			path := temporary(t, "wrong."+c.extension)
			err := enc.Open(context.Background(), api.File(path, api.Format(c.extension)))
			e := requireConfigError(t, err, "OutFrameRate")
			require.Equal(t, c.rate, e.Value)
			if c.supported != "" {
				require.Contains(t, e.Supported, c.supported)
			}
			require.NoFileExists(t, path)
		})
	}
}

// requireConfigError checks that an error is about a field.
func requireConfigError(t *testing.T, err error, field string) *api.ConfigError {
	t.Helper()
	e, ok := errors.AsType[*api.ConfigError](err)
	require.True(t, ok, "%v", err)
	require.Equal(t, field, e.Field, e.Error())
	return e
}

// TestOutFrameRateMakesRatesFit: the rate of the input does not matter to encoder and container.
func TestOutFrameRateMakesRatesFit(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, c := range []struct {
		extension, codec string
		in, out          float64
		frames           string // of the 20 that are fed
	}{
		{"mpg", "mpeg2video", 15, 30, "40"},
		{"mkv", "mpeg1video", 17.3, 24, "28"},
		{"gif", "gif", 100, 50, "10"},
		{"avi", "mpeg4", 5000, 1000, "4"},
		{"mp4", "libx264", 0.000001, 0.01, "2000000000"},
	} {
		t.Run(c.extension, func(t *testing.T) {
			cfg := numberedVideo()
			cfg.Codec, cfg.Preset, cfg.FrameRate, cfg.OutFrameRate = c.codec, "", c.in, c.out
			path := temporary(t, "fits."+c.extension)
			enc := api.NewEncoder()
			v := addVideo(t, enc, cfg)
			require.NoError(t, enc.OpenFile(context.Background(), path))
			if len(c.frames) > 3 { // it would take too long
				require.ErrorIs(t, enc.Abort(nil), api.ErrAborted)
				return
			}
			addNumbered(t, v, 0, 20)
			require.NoError(t, enc.Close())
			require.Equal(t, c.frames, mediatest.Probe(t, path).Streams[0].NbReadFrames)
		})
	}
}
