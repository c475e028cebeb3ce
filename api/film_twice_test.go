package api_test

import (
	"context"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
)

// TestFilmThatIsBeingMade makes a film while it is being made: the second call says so, and the
// first one makes the film.
func TestFilmThatIsBeingMade(t *testing.T) {
	t.Parallel()
	f := newFilm(filepath.Join(t.TempDir(), "film.mp4"))
	var once sync.Once
	var second error
	f.Draw = func(ctx context.Context, v *api.VideoStream, from, n int) error {
		once.Do(func() {
			other := f
			other.Draw = drawFilm
			_, second = api.RenderFilm(ctx, other, api.RenderConfig{})
		})
		return drawFilm(ctx, v, from, n)
	}
	renderFilm(t, f, api.RenderConfig{Workers: 1})
	require.ErrorContains(t, second, "another RenderFilm is making this film")
}
