package work

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/farm/internal/flow"
)

// TestFilmThatFails passes on why a film cannot be made.
func TestFilmThatFails(t *testing.T) {
	broken := errors.New("no power")
	change := func(change func(f *api.Film)) func(params json.RawMessage) (api.Film, error) {
		return func(params json.RawMessage) (api.Film, error) {
			film, err := testFilm(nil)(params)
			change(&film)
			return film, err
		}
	}
	draw := func(do func() error) func(params json.RawMessage) (api.Film, error) {
		return change(func(f *api.Film) {
			f.Draw = func(context.Context, *api.VideoStream, int, int) error { return do() }
		})
	}
	for name, test := range map[string]struct {
		film       func(params json.RawMessage) (api.Film, error)
		kind, text string
	}{
		"error": {func(json.RawMessage) (api.Film, error) { return api.Film{}, broken }, flow.ErrFailed, "no power"},
		"permanent": {
			func(json.RawMessage) (api.Film, error) { return api.Film{}, &PermanentError{broken} },
			flow.ErrPermanent, "no power",
		},
		"panic":    {func(json.RawMessage) (api.Film, error) { panic("a bug") }, flow.ErrFailed, "panic: a bug"},
		"config":   {change(func(f *api.Film) { f.Video.BitRate = 1 }), flow.ErrConfig, "BitRate 1: cannot be kept"},
		"draw":     {draw(func() error { return broken }), flow.ErrFailed, "chunk 1, frames 10 to 19: no power"},
		"no draw":  {draw(func() error { return &PermanentError{broken} }), flow.ErrPermanent, "no power"},
		"few":      {draw(func() error { return nil }), flow.ErrConfig, "fed 0 of the 10 frames"},
		"bug":      {draw(func() error { panic("a bug") }), flow.ErrFailed, "10 to 19: panic: a bug"},
		"no film":  {nil, flow.ErrFailed, "makes films no more"},
		"unlike":   {change(func(f *api.Film) { f.Fingerprint = fmt.Sprint(rand.Uint64()) }), flow.ErrFailed, "in another way"},
		"unlike 2": {change(func(f *api.Film) { f.Chunk = 1 + rand.IntN(9) }), flow.ErrFailed, "in another way"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			store := memoryStore(t)
			a := filmWorker(t, store, nil)
			f := plannedFilm(t, a, filmTask(t, "film.mp4", filmParams{Codec: "libx264"}))
			a.Renderers["film"] = Renderer{Film: test.film}
			_, err := run[flow.PartMade](t, a.Chunk, flow.Part{Film: f, Index: 1})
			requireKind(t, test.kind, err)
			require.ErrorContains(t, err, test.text)
			require.NotContains(t, err.Error(), "goroutine", "a stack is too long for a history")
			require.Empty(t, keysIn(t, store))
			left, err := os.ReadDir(a.Scratch)
			require.NoError(t, err)
			require.Empty(t, left)
		})
	}
}

// requireKind requires an application error of a type.
func requireKind(t *testing.T, kind string, err error) {
	t.Helper()
	var app *temporal.ApplicationError
	require.ErrorAs(t, err, &app)
	require.Equal(t, kind, app.Type(), err)
}

// TestFilmOfAnUnknownContainer is an error about the key of the job.
func TestFilmOfAnUnknownContainer(t *testing.T) {
	a := filmWorker(t, memoryStore(t), nil)
	_, err := run[flow.Made](t, a.Make, filmTask(t, "a/b.nonsense", filmParams{Codec: "libx264"}))
	require.ErrorContains(t, err, `Path "a/b.nonsense": no container has this extension`)
}
