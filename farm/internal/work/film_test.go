package work

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/farm/internal/flow"
)

// TestFilmOfWorkers has two workers make the parts of a film in any order, and one of them join
// them. The film is that of RenderFilm, and nothing is left beside it.
func TestFilmOfWorkers(t *testing.T) {
	for path, params := range map[string]filmParams{
		"a/film.mp4": {Codec: "libx264", Sound: "aac"},
		"film.webm":  {Codec: "libvpx-vp9"},
		"film.mkv":   {Codec: "ffv1", Sound: "flac"},
	} {
		for _, kind := range []string{"memory", "folder"} {
			t.Run(path+" "+kind, func(t *testing.T) {
				store := memoryStore(t)
				if kind == "folder" {
					store, _ = folderStore(t)
				}
				workers := []*Activities{filmWorker(t, store, nil), filmWorker(t, store, nil)}
				f := plannedFilm(t, workers[0], filmTask(t, path, params))
				require.Equal(t, flow.FilmPlan{
					Build: "build", Fingerprint: f.Plan.Fingerprint, Frames: 47, Chunks: 5, Sound: params.Sound != "", Threads: 1,
				}, f.Plan)
				makeParts(t, workers, f, indexesOf(f.Plan))
				result, err := run[flow.Result](t, workers[1].Join, f)
				require.NoError(t, err)
				want := rendered(t, f.Task)
				require.Equal(t, flow.Result{
					ID: "the film", Path: path, Frames: 47, Bytes: int64(len(want)), Attempts: 1, Worker: "worker",
				}, result)
				content, err := store.ReadAll(context.Background(), path)
				require.NoError(t, err)
				require.True(t, slices.Equal(want, content), "the film is that of RenderFilm")

				again, err := run[flow.Result](t, workers[0].Join, f)
				require.NoError(t, err, "its answer may be lost")
				require.Equal(t, result, again)
				_, err = run[any](t, workers[0].Sweep, f)
				require.NoError(t, err)
				require.Equal(t, []string{path}, keysIn(t, store))
				for _, a := range workers {
					left, err := os.ReadDir(a.Scratch)
					require.NoError(t, err)
					require.Empty(t, left)
				}
			})
		}
	}
}

// TestPartsAreTaken does not make a part again that is in the store.
func TestPartsAreTaken(t *testing.T) {
	var drawn atomic.Int64
	a := filmWorker(t, memoryStore(t), &drawn)
	f := plannedFilm(t, a, filmTask(t, "film.mp4", filmParams{Codec: "libx264", Sound: "aac"}))
	for range 2 {
		makeParts(t, []*Activities{a}, f, indexesOf(f.Plan))
		require.EqualValues(t, 5, drawn.Load())
	}
}

// TestPartsOfOtherFilms makes parts for other parameters, jobs, runs, renderers and builds under
// other keys.
func TestPartsOfOtherFilms(t *testing.T) {
	store, keys := memoryStore(t), map[string]string{}
	note := func(name, build string, change func(task *flow.Task)) {
		a := filmWorker(t, store, nil)
		a.Build = build
		a.Renderers["other"] = a.Renderers["film"]
		task := filmTask(t, "film.mp4", filmParams{Codec: "libx264"})
		change(&task)
		key := partKey(plannedFilm(t, a, task), 0)
		require.NotContains(t, keys, key, name)
		keys[key] = name
	}
	note("film", "build", func(*flow.Task) {})
	note("build", "other", func(*flow.Task) {})
	note("params", "build", func(task *flow.Task) { task.Job.Params = json.RawMessage(`{"Codec":"libx264","Shade":1}`) })
	note("job", "build", func(task *flow.Task) { task.Job.ID = "other" })
	note("run", "build", func(task *flow.Task) { task.Settings.Run = "run" })
	note("renderer", "build", func(task *flow.Task) { task.Job.Renderer = "other" })
	note("container", "build", func(task *flow.Task) { task.Job.Path = "film.mkv" })
}

// TestSweep removes the parts of all plans of a film, and what killed workers left beside them, and
// nothing else.
func TestSweep(t *testing.T) {
	store, dir := folderStore(t)
	workers := []*Activities{filmWorker(t, store, nil)}
	f := plannedFilm(t, workers[0], filmTask(t, "film.mp4", filmParams{Codec: "libx264"}))
	makeParts(t, workers, f, []int{0, 3})
	other := plannedFilm(t, workers[0], filmTask(t, "film.mp4", filmParams{Codec: "libx264", Shade: 2}))
	makeParts(t, workers, other, []int{1})
	task := filmTask(t, "other.mp4", filmParams{Codec: "libx264"})
	task.Job.ID = "the film 2"
	stays := plannedFilm(t, workers[0], task)
	makeParts(t, workers, stays, []int{2})
	require.NoError(t, store.WriteAll(context.Background(), "the film", nil, nil))
	parts, err := filepath.Glob(filepath.Join(dir, ".parts", "*", "*", "*", "00003"))
	require.NoError(t, err)
	require.Len(t, parts, 1)
	require.NoError(t, os.WriteFile(parts[0]+".0123456789abcdef.tmp", []byte("torn"), 0o600))
	require.Len(t, keysIn(t, store), 6)
	_, err = run[any](t, workers[0].Sweep, f)
	require.NoError(t, err)
	require.ElementsMatch(t, []string{"the film", partKey(stays, 2)}, keysIn(t, store))
}
