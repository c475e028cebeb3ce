package work

import (
	"context"
	"encoding/json"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/farm/internal/flow"
)

// TestPartAdvancesWithEachFrame feeds frames to an encoder that holds them all back until the end.
// Slow frames are no stall.
func TestPartAdvancesWithEachFrame(t *testing.T) {
	a, ctx, b, fed := filmWorker(t, memoryStore(t), nil), context.Background(), &beats{}, int64(0)
	a.Renderers["film"] = Renderer{Film: func(params json.RawMessage) (api.Film, error) {
		film, err := testFilm(nil)(params)
		draw := film.Draw
		film.Draw = func(ctx context.Context, v *api.VideoStream, from, n int) error {
			for k := from; k < from+n; k++ {
				if err := draw(ctx, v, k, 1); err != nil {
					return err
				}
				fed++
				frames, advance := b.count()
				require.Zero(t, frames)
				require.Equal(t, fed, advance)
			}
			return nil
		}
		return film, err
	}}
	plan, _, err := a.openFilm(ctx, filmTask(t, "film.mp4", filmParams{Codec: "libx264", Sound: "aac"}))
	require.NoError(t, err)
	defer plan.Close()
	_, err = renderPart(ctx, b, plan, 0, filepath.Join(a.Scratch, "part"))
	require.NoError(t, err)
	frames, advance := b.count()
	require.EqualValues(t, 10, frames)
	require.EqualValues(t, 20, advance)

	_, err = renderPart(ctx, b, plan, api.SoundPart, filepath.Join(a.Scratch, "sound"))
	require.NoError(t, err)
	frames, advance = b.count()
	require.Zero(t, frames)
	require.Greater(t, advance, int64(80), "packets of 1024 samples, in 1.88 s")
}

// TestPartThatAnotherWorkerHasMade takes the part of a worker that has been faster, also if its
// bytes are others, as those of an encoder with several threads may be.
func TestPartThatAnotherWorkerHasMade(t *testing.T) {
	store := memoryStore(t)
	a, ctx := filmWorker(t, store, nil), context.Background()
	f := plannedFilm(t, a, filmTask(t, "film.mp4", filmParams{Codec: "libx264"}))
	a.Renderers["film"] = Renderer{Film: func(params json.RawMessage) (api.Film, error) {
		film, err := testFilm(nil)(params)
		draw := film.Draw
		film.Draw = func(ctx context.Context, v *api.VideoStream, from, n int) error {
			if err := store.WriteAll(ctx, partKey(f, 2), []byte("faster"), nil); err != nil {
				return err
			}
			return draw(ctx, v, from, n)
		}
		return film, err
	}}
	made, err := run[flow.PartMade](t, a.Chunk, flow.Part{Film: f, Index: 2})
	require.NoError(t, err)
	require.Equal(t, flow.PartMade{Frames: 10, Bytes: int64(len("faster"))}, made)
	content, err := store.ReadAll(ctx, partKey(f, 2))
	require.NoError(t, err)
	require.Equal(t, "faster", string(content))
}
