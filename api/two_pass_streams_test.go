package api_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// renderTwice makes the same file of two passes twice, checks that its bytes are the same, and
// returns its path.
func renderTwice(t *testing.T, two api.TwoPass) string {
	t.Helper()
	path := two.Path
	require.NoError(t, api.RenderTwoPass(context.Background(), two))
	first, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, api.RenderTwoPass(context.Background(), two))
	second, err := os.ReadFile(path)
	require.NoError(t, err)
	require.True(t, slices.Equal(first, second), "equal pictures and sound give equal files")
	return path
}

// TestTwoPassesWithSound makes files with sound, in containers of every kind. Sound is drawn once.
func TestTwoPassesWithSound(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, c := range []struct{ name, codec, sound string }{
		{"film.mp4", "libx264", "aac"},
		{"film.mkv", "libx265", "flac"},
		{"film.webm", "libvpx", "libopus"},
		{"film.webm", "libvpx-vp9", "libvorbis"},
		{"film.mp4", "libaom-av1", "libopus"},
		{"film.avi", "mpeg4", "libmp3lame"},
		{"film.mov", "libx264rgb", "pcm_s16le"},
		{"film.mpg", "mpeg2video", "mp2"},
	} {
		t.Run(c.name+" "+c.codec, func(t *testing.T) {
			t.Parallel()
			two := twoNumbered(filepath.Join(t.TempDir(), c.name), c.codec)
			two.Audio.Codec = c.sound
			if c.codec == "libaom-av1" {
				two.Video.ExtraOptions = map[string]any{"cpu-used": 8}
			}
			sounds := 0
			sound := two.Sound
			two.Sound = func(ctx context.Context, a *api.AudioStream) error {
				sounds++
				return sound(ctx, a)
			}
			path := renderTwice(t, two)
			require.Equal(t, 2, sounds)
			require.Equal(t, counting(20), numbersOf(mediatest.Pictures(t, path, 0, "gray")))
			heard := mediatest.Sound(t, path, 1)
			require.Len(t, heard, 2)
			require.InDelta(t, 32_000, len(heard[0]), 1200*2)
		})
	}
}

// TestTwoPassesWithTimes gives frames their own times, and then a rate of their own. Other times in
// the second pass are an error.
func TestTwoPassesWithTimes(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, codec := range []string{"libx264", "libvpx-vp9"} {
		for name, outRate := range map[string]float64{"variable": 0, "constant": 24} {
			t.Run(codec+" "+name, func(t *testing.T) {
				t.Parallel()
				two := twoNumbered(filepath.Join(t.TempDir(), "film.mkv"), codec)
				two.Audio, two.Sound = nil, nil
				two.Video.VariableRate, two.Video.OutFrameRate = true, outRate
				late := time.Duration(0)
				two.Draw = func(ctx context.Context, v *api.VideoStream) error {
					at := make([]time.Duration, 20)
					for k := range at {
						at[k] = time.Duration(k*k)*10*time.Millisecond + late
					}
					return v.AddFrames(ctx, api.Frames{Data: numbered(0, 20), Layout: api.NHWC, PTS: at})
				}
				path := renderTwice(t, two)
				times := mediatest.FrameTimes(t, path, 0)
				if outRate == 0 {
					require.Len(t, times, 20)
					require.InDelta(t, 3.61, times[19], 0.001)
				} else {
					require.InDelta(t, 3.61*outRate, len(times), 2)
				}

				draw := two.Draw
				two.Draw = func(ctx context.Context, v *api.VideoStream) error {
					err := draw(ctx, v)
					late = 20 * time.Millisecond
					return err
				}
				err := api.RenderTwoPass(context.Background(), two)
				if outRate == 0 {
					require.ErrorContains(t, err, "other times than those of the first")
				}
			})
		}
	}
}

// TestTwoPassesWithKeys asks for key frames, and for another bit rate, which two passes refuse.
func TestTwoPassesWithKeys(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, codec := range []string{"libx264", "libx265", "libvpx", "libvpx-vp9", "libaom-av1", "mpeg4", "mpeg2video"} {
		t.Run(codec, func(t *testing.T) {
			t.Parallel()
			two := twoNumbered(filepath.Join(t.TempDir(), "film.mkv"), codec)
			if codec == "libaom-av1" {
				two.Video.ExtraOptions = map[string]any{"cpu-used": 8}
			}
			two.Video.KeyInterval = 200
			two.Draw = func(ctx context.Context, v *api.VideoStream) error {
				requireField(t, v.SetBitRate(100_000), "BitRate")
				for k := range 20 {
					if k == 7 {
						require.NoError(t, v.ForceKeyFrame())
					}
					if err := v.AddFrames(ctx, api.Frames{Data: numbered(k, 1), Layout: api.NHWC}); err != nil {
						return err
					}
				}
				return nil
			}
			path := renderTwice(t, two)
			keys := 0
			for _, p := range mediatest.Packets(t, path) {
				if p.Stream == 0 && p.Key && p.PTS > 0.2 && p.PTS < 0.25 {
					keys++
				}
			}
			require.Equal(t, 1, keys)
		})
	}
}

// TestTwoPassesAreLogged finds each line of the log with its pass.
func TestTwoPassesAreLogged(t *testing.T) {
	mediatest.NoLeaks(t)
	core, lines := observer.New(zap.InfoLevel)
	two := twoNumbered(filepath.Join(t.TempDir(), "film.mkv"), "libx264")
	require.NoError(t, api.RenderTwoPass(context.Background(), two, api.WithLogger(zap.New(core))))
	counts := map[string]int{}
	for _, line := range lines.All() {
		fields := line.ContextMap()
		require.Contains(t, fields, "pass", line.Message)
		if fields["pass"] == int64(1) {
			counts["1 "+line.Message]++
		} else {
			counts["2 "+line.Message]++
		}
	}
	for _, message := range []string{"1 open", "1 closed", "2 open", "2 closed"} {
		require.Equal(t, 1, counts[message], message)
	}
}
