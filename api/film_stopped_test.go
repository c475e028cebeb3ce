package api_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// TestFilmStopped cancels a film. Chunks that were complete are kept.
func TestFilmStopped(t *testing.T) {
	mediatest.NoLeaks(t)
	c := filmCase{codec: "libx264", container: "mp4", video: bFrames(), frames: 23, chunk: 4, sound: "aac"}
	cause, want := errors.New("enough"), undisturbed(t, c)
	for _, heeds := range []bool{true, false} {
		path := temporary(t, "film.mp4")
		ctx, cancel := context.WithCancelCause(context.Background())
		film := c.film(path)
		film.Draw = func(ctx context.Context, v *api.VideoStream, from, n int) error {
			if from == 8 {
				cancel(cause)
				if heeds {
					<-ctx.Done()
					return ctx.Err()
				}
				ctx = context.Background()
			}
			return c.draw(ctx, v, from, n)
		}
		_, err := api.RenderFilm(ctx, film, api.RenderConfig{Workers: 1})
		require.ErrorIs(t, err, cause)
		require.NoFileExists(t, path)
		require.Equal(t, []int{8, 12, 16, 20}, resume(t, c.film(path)))
		requireContent(t, want, path)
	}
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(cause)
	path := temporary(t, "film.mp4")
	film := c.film(path)
	film.Draw = func(context.Context, *api.VideoStream, int, int) error { return errors.New("drawn") }
	_, err := api.RenderFilm(ctx, film, api.RenderConfig{})
	require.ErrorIs(t, err, cause)
	_, err = os.Stat(path)
	require.ErrorIs(t, err, os.ErrNotExist)
	require.Empty(t, besides(t, path))
}

// TestFilmsWithWrongProgress: a panic of a Progress is passed on, and runtime.Goexit is an error.
// No film is written then, not even where all chunks are complete.
func TestFilmsWithWrongProgress(t *testing.T) {
	mediatest.NoLeaks(t)
	c := filmCase{codec: "libx264", container: "mp4", frames: 12, chunk: 4}
	for _, last := range []int{1, 3} {
		for name, wrong := range map[string]func(){"panic": func() { panic("boom") }, "goexit": runtime.Goexit} {
			path := temporary(t, "film.mp4")
			done := 0
			cfg := api.RenderConfig{Workers: 1, Progress: func(api.Progress) {
				if done++; done == last {
					wrong()
				}
			}}
			render := func() (err error) {
				defer func() {
					if v := recover(); v != nil {
						err = fmt.Errorf("panic: %v", v)
					}
				}()
				_, err = api.RenderFilm(context.Background(), c.film(path), cfg)
				return err
			}
			want := map[string]string{"panic": "panic: boom", "goexit": "Goexit"}[name]
			require.ErrorContains(t, render(), want)
			require.NoFileExists(t, path, "%s in call %d", name, last)
			require.Len(t, resume(t, c.film(path)), 3-last)
		}
	}
}

// TestFilmProgressCounts: the sound is no chunk, so that Running does not count it.
func TestFilmProgressCounts(t *testing.T) {
	mediatest.NoLeaks(t)
	c := filmCase{codec: "libx264", container: "mp4", frames: 12, chunk: 4, sound: "aac"}
	film, chunks := c.film(temporary(t, "film.mp4")), make(chan struct{})
	film.Sound = func(ctx context.Context, a *api.AudioStream) error {
		select {
		case <-chunks:
			return c.play(ctx, a)
		case <-ctx.Done(): // Progress has failed
			return context.Cause(ctx)
		}
	}
	cfg := api.RenderConfig{Workers: 2, Progress: func(p api.Progress) {
		require.Equal(t, 3, p.Total)
		require.LessOrEqual(t, p.Done+p.Running, p.Total)
		if p.Done == 3 {
			require.Zero(t, p.Running)
			close(chunks)
		}
	}}
	report, err := api.RenderFilm(context.Background(), film, cfg)
	require.NoError(t, err)
	require.Len(t, report.Results, 3)
}
