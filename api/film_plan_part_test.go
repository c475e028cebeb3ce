package api_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
	"github.com/avloom/avloom/pipeline"
)

// TestPlannedChunk looks at the result and the progress of a chunk.
func TestPlannedChunk(t *testing.T) {
	mediatest.NoLeaks(t)
	c := plannedFilms()[0]
	plan, path := planFilm(t, c.film(".mp4")), temporary(t, "part")
	from, n := plan.ChunkFrames(4)
	require.Equal(t, []int{40, 7}, []int{from, n})
	var drawn, encoded, calls int
	result, err := plan.RenderChunk(context.Background(), 4, path, func(d, e int) {
		require.GreaterOrEqual(t, d+e, calls)
		drawn, encoded, calls = d, e, calls+1
	})
	require.NoError(t, err)
	require.Equal(t, []int{7, 7, 14}, []int{drawn, encoded, calls})
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, "frames 40-46", result.ID)
	require.Equal(t, path, result.Path)
	require.Equal(t, info.Size(), result.Bytes)
	require.EqualValues(t, 7, result.Frames)
	require.Positive(t, result.Elapsed)
	require.EqualValues(t, 7, result.Stats.Streams[0].Accepted)

	sound, err := plan.RenderSound(context.Background(), path+" of sound", func(packets int) { calls = packets })
	require.NoError(t, err)
	require.Equal(t, "sound", sound.ID)
	require.Greater(t, calls, 80) // of 1024 samples, in 1.88 s
}

// TestPartThatFails leaves no file, or the older part.
func TestPartThatFails(t *testing.T) {
	mediatest.NoLeaks(t)
	c, broken := plannedFilms()[0], errors.New("no power")
	ctx, cancel := context.WithCancelCause(context.Background())
	ended := errors.New("enough")
	for name, test := range map[string]struct {
		feed     func(ctx context.Context, v *api.VideoStream, from, n int) error
		progress func(int, int)
		check    func(t *testing.T, err error)
	}{
		"error": {
			feed: func(context.Context, *api.VideoStream, int, int) error { return broken },
			check: func(t *testing.T, err error) {
				require.ErrorIs(t, err, broken)
				require.EqualError(t, err, "avloom: chunk 1, frames 10 to 19: no power")
			},
		},
		"panic": {
			feed:  func(context.Context, *api.VideoStream, int, int) error { panic("a bug") },
			check: requirePanic,
		},
		"panic in progress": {
			feed: c.draw, progress: func(int, int) { panic("a bug") }, check: requirePanic,
		},
		"panic in progress of an encoded frame": {
			feed: c.draw, progress: func(_, encoded int) {
				if encoded > 0 {
					panic("a bug")
				}
			}, check: requirePanic,
		},
		"exit": {
			feed: func(context.Context, *api.VideoStream, int, int) error {
				runtime.Goexit()
				return nil
			},
			check: func(t *testing.T, err error) { require.ErrorContains(t, err, "Draw called runtime.Goexit") },
		},
		"too few": {
			feed: func(ctx context.Context, v *api.VideoStream, from, n int) error {
				return c.draw(ctx, v, from, n-1)
			},
			check: func(t *testing.T, err error) { require.ErrorContains(t, err, "9 of the 10 frames") },
		},
		"stopped": {
			feed: func(ctx context.Context, _ *api.VideoStream, _, _ int) error {
				cancel(ended)
				<-ctx.Done()
				return context.Cause(ctx)
			},
			check: func(t *testing.T, err error) { require.ErrorIs(t, err, ended) },
		},
	} {
		t.Run(name, func(t *testing.T) {
			path, older := temporary(t, "part"), c.film(".mp4")
			film := older
			film.Draw = test.feed
			plan := planFilm(t, film)
			use := context.Background()
			if name == "stopped" {
				use = ctx
			}
			for range 2 {
				before := filesIn(t, filepath.Dir(path))
				result, err := plan.RenderChunk(use, 1, path, test.progress)
				require.Error(t, err)
				test.check(t, err)
				require.Equal(t, err, result.Err)
				require.Equal(t, before, filesIn(t, filepath.Dir(path)))
				makePart(t, planFilm(t, older), 1, path)
			}
			require.NoError(t, plan.Check(1, path))
		})
	}
}

func requirePanic(t *testing.T, err error) {
	t.Helper()
	var p *pipeline.PanicError
	require.ErrorAs(t, err, &p)
	require.Equal(t, "a bug", p.Value)
}

// TestPartReplacesNothingElse keeps a file that is no part from being replaced by one.
func TestPartReplacesNothingElse(t *testing.T) {
	mediatest.NoLeaks(t)
	plan, path := planFilm(t, plannedFilms()[0].film(".mp4")), temporary(t, "thesis.txt")
	require.NoError(t, os.WriteFile(path, []byte("precious"), 0o600))
	_, err := plan.RenderChunk(context.Background(), 0, path, nil)
	require.ErrorContains(t, err, path+" is no part of a film, and would be replaced")
	requireContent(t, []byte("precious"), path)
}

// TestPartOfAKilledProcess removes what a process has left that was killed while it made the part.
func TestPartOfAKilledProcess(t *testing.T) {
	mediatest.NoLeaks(t)
	film, path := plannedFilms()[0].film(".mp4"), temporary(t, "part")
	film.Draw = func(context.Context, *api.VideoStream, int, int) error {
		files := filesIn(t, filepath.Dir(path))
		require.Len(t, files, 1)
		left := filepath.Join(filepath.Dir(path), files[0])
		require.NoError(t, os.Link(left, left[:len(left)-1]+"x")) // is no temporary name
		return errors.New("killed")
	}
	plan := planFilm(t, film)
	_, err := plan.RenderChunk(context.Background(), 1, path, nil)
	require.Error(t, err)
	files := filesIn(t, filepath.Dir(path))
	require.Len(t, files, 1)
	name := filepath.Join(filepath.Dir(path), files[0])
	require.NoError(t, os.Rename(name, name[:len(name)-1]+"0"))
	makePart(t, planFilm(t, plannedFilms()[0].film(".mp4")), 1, path)
	require.Equal(t, []string{"part"}, filesIn(t, filepath.Dir(path)))
}
