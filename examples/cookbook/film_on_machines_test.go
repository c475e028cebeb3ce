package cookbook_test

import (
	"context"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/examples/cookbook"
	"github.com/avloom/avloom/internal/mediatest"
)

// filmOnMachines calls the recipe as one of two machines, or for the last time.
func filmOnMachines(ctx context.Context, path string, machine int) error {
	return cookbook.FilmOnMachines(ctx, path, width, height, 120, machine, 2, func(k int) []byte { return shots(120)[k] })
}

func ExampleFilmOnMachines() {
	printStreams("film.webm", "codec_name,pix_fmt,nb_read_frames", func(path string) error {
		for machine := range 3 { // on as many machines; the last one when the others have ended
			if err := filmOnMachines(context.Background(), path, machine); err != nil {
				return err
			}
		}
		return nil
	})
	// Output: codec_name=vp9|pix_fmt=yuv420p|nb_read_frames=120
}

// TestFilmOnMachines joins too early, makes parts again that are lost and damaged, and no other.
func TestFilmOnMachines(t *testing.T) {
	mediatest.NoLeaks(t)
	path := written(t, "film.webm", func(path string) error {
		require.NoError(t, filmOnMachines(t.Context(), path, 0))
		require.ErrorIs(t, filmOnMachines(t.Context(), path, 2), os.ErrNotExist)
		require.NoFileExists(t, path)
		require.NoError(t, filmOnMachines(t.Context(), path, 1))
		first, err := os.Stat(path + ".00000")
		require.NoError(t, err)
		require.NoError(t, os.Truncate(path+".00001", 1000))
		require.ErrorContains(t, filmOnMachines(t.Context(), path, 2), "chunk 1")
		require.NoError(t, filmOnMachines(t.Context(), path, 0))
		require.NoError(t, filmOnMachines(t.Context(), path, 1))
		again, err := os.Stat(path + ".00000")
		require.NoError(t, err)
		require.Equal(t, first.ModTime(), again.ModTime())
		return filmOnMachines(t.Context(), path, 2)
	})
	requirePSNR(t, path, 33, shots(120))
	requirePlayers(t, path, 30, shots(120), "GStreamer", "VLC", "Chromium")
}
