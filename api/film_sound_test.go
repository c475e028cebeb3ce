package api_test

import (
	"context"
	"errors"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// TestFilmsWithWrongSound: what Sound does wrong ends the film, and a Sound that feeds nothing, or
// ends before the pictures or after them, does not.
func TestFilmsWithWrongSound(t *testing.T) {
	mediatest.NoLeaks(t)
	c := filmCase{codec: "libx264", container: "mp4", video: bFrames(), frames: 23, chunk: 4, sound: "aac"}
	ours, want := errors.New("no sound today"), undisturbed(t, c)
	cases := map[string]struct {
		play  func(ctx context.Context, a *api.AudioStream) error
		error string
	}{
		"panic":  {func(context.Context, *api.AudioStream) error { panic("boom") }, "boom"},
		"goexit": {func(context.Context, *api.AudioStream) error { runtime.Goexit(); return nil }, "Goexit"},
		"error":  {func(context.Context, *api.AudioStream) error { return ours }, "no sound today"},
		"channels": {func(ctx context.Context, a *api.AudioStream) error {
			return a.AddSamples(ctx, tone(1, 0, 480))
		}, "channel"},
	}
	t.Run("sounds", func(t *testing.T) {
		for name, wrong := range cases {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				path := temporary(t, "film.mp4")
				film := c.film(path)
				film.Sound = wrong.play
				_, err := api.RenderFilm(context.Background(), film, api.RenderConfig{Workers: 2})
				require.ErrorContains(t, err, wrong.error)
				require.ErrorContains(t, err, "ound")
				require.NoFileExists(t, path)
				resume(t, c.film(path))
				requireContent(t, want, path)
			})
		}
	})
	for name, samples := range map[string]int{"none": 0, "short": 9600, "long": 96000} {
		t.Run(name, func(t *testing.T) {
			film := c.film(temporary(t, "film.mp4"))
			film.Sound = func(ctx context.Context, a *api.AudioStream) error {
				if samples == 0 {
					return nil
				}
				return errors.Join(a.AddSamples(ctx, tone(2, 0, samples)), a.End())
			}
			_, err := api.RenderFilm(context.Background(), film, api.RenderConfig{Workers: 2})
			require.NoError(t, err)
			require.Equal(t, counting(c.frames), filmNumbers(t, film.Path))
			if samples > 0 {
				require.InDelta(t, samples, len(mediatest.Sound(t, film.Path, 1)[0]), 1024)
			}
		})
	}
}
