package work

import (
	"context"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/farm/internal/flow"
)

// TestJoinOfDamagedParts says which parts are missing or damaged. When these are made again, the
// film is complete.
func TestJoinOfDamagedParts(t *testing.T) {
	ctx, store := context.Background(), memoryStore(t)
	workers := []*Activities{filmWorker(t, store, nil)}
	f := plannedFilm(t, workers[0], filmTask(t, "film.mp4", filmParams{Codec: "libx264", Sound: "aac"}))
	makeParts(t, workers, f, indexesOf(f.Plan))
	change := func(index int, change func(b []byte) []byte) {
		key := partKey(f, index)
		content, err := store.ReadAll(ctx, key)
		require.NoError(t, err)
		require.NoError(t, store.WriteAll(ctx, key, change(content), nil))
	}
	change(api.SoundPart, func(b []byte) []byte { return b[:len(b)-1] })
	change(1, func(b []byte) []byte {
		b[len(b)/2] ^= 1
		return b
	})
	require.NoError(t, store.Delete(ctx, partKey(f, 2)))
	third, err := store.ReadAll(ctx, partKey(f, 3))
	require.NoError(t, err)
	change(4, func([]byte) []byte { return third })

	_, err = run[flow.Result](t, workers[0].Join, f)
	requireKind(t, flow.ErrParts, err)
	var app *temporal.ApplicationError
	require.ErrorAs(t, err, &app)
	require.True(t, app.NonRetryable(), "the parts must be made first")
	require.ErrorContains(t, err, "4 parts of the film cannot be used")
	var indexes []int
	require.NoError(t, app.Details(&indexes))
	require.Equal(t, []int{api.SoundPart, 1, 2, 4}, indexes)
	require.Len(t, keysIn(t, store), 2, "damaged parts are removed")

	makeParts(t, workers, f, indexes)
	_, err = run[flow.Result](t, workers[0].Join, f)
	require.NoError(t, err)
	content, err := store.ReadAll(ctx, "film.mp4")
	require.NoError(t, err)
	require.True(t, slices.Equal(rendered(t, f.Task), content))
}

// TestFilmWherePathIsTaken replaces no file that is in the store.
func TestFilmWherePathIsTaken(t *testing.T) {
	store := memoryStore(t)
	workers := []*Activities{filmWorker(t, store, nil)}
	f := plannedFilm(t, workers[0], filmTask(t, "film.mp4", filmParams{Codec: "libx264"}))
	makeParts(t, workers, f, indexesOf(f.Plan))
	require.NoError(t, store.WriteAll(context.Background(), "film.mp4", []byte("precious"), nil))
	_, err := run[flow.Result](t, workers[0].Join, f)
	requireKind(t, flow.ErrPermanent, err)
	require.ErrorContains(t, err, "film.mp4 is in the store with other content")
	content, err := store.ReadAll(context.Background(), "film.mp4")
	require.NoError(t, err)
	require.Equal(t, "precious", string(content))

	f.Task.Settings.Resume = true
	result, err := run[flow.Result](t, workers[0].Join, f)
	require.NoError(t, err)
	require.True(t, result.Skipped)
}
