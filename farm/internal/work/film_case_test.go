package work

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gocloud.dev/blob"
	"gocloud.dev/blob/fileblob"
	"gocloud.dev/blob/memblob"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/farm/internal/depot"
	"github.com/avloom/avloom/farm/internal/flow"
)

// filmParams are the parameters of the renderer of the tests.
type filmParams struct {
	Codec, Sound string
	Shade        int // of the pictures
}

// testFilm is a renderer of short films. drawn counts the chunks that it draws.
func testFilm(drawn *atomic.Int64) func(params json.RawMessage) (api.Film, error) {
	return func(params json.RawMessage) (api.Film, error) {
		var p filmParams
		if err := json.Unmarshal(params, &p); err != nil {
			return api.Film{}, err
		}
		const side = 64
		film := api.Film{
			Path: "/nowhere/of no account", Frames: 47, Chunk: 10,
			Video: api.VideoConfig{Width: side, Height: side, FrameRate: 25, Codec: p.Codec},
			Draw: func(ctx context.Context, v *api.VideoStream, from, n int) error {
				if drawn != nil {
					drawn.Add(1)
				}
				for k := from; k < from+n; k++ {
					frame := make([]byte, side*side*3)
					for i := range frame {
						frame[i] = byte(i/(3*side)*2 + i%side + 5*k + p.Shade)
					}
					if err := v.AddFrames(ctx, api.Frames{Data: frame, Layout: api.NHWC}); err != nil {
						return err
					}
				}
				return nil
			},
		}
		switch p.Codec {
		case "libx264":
			film.Video.ExtraOptions = map[string]any{"bf": 3, "b-pyramid": "normal"}
		case "ffv1":
			film.Video.KeyInterval = 10
		}
		if p.Sound != "" {
			film.Audio = &api.AudioConfig{SampleRate: 48000, NumChannels: 1, Codec: p.Sound}
			film.Sound = func(ctx context.Context, a *api.AudioStream) error {
				samples := make([]int16, 47*48000/25)
				for i := range samples {
					samples[i] = int16(i * 37)
				}
				return a.AddInt16(ctx, samples)
			}
		}
		return film, nil
	}
}

// filmTask is the task of a film in a store.
func filmTask(t *testing.T, path string, params filmParams) flow.Task {
	t.Helper()
	text, err := json.Marshal(params)
	require.NoError(t, err)
	return flow.Task{
		Settings: flow.Settings{
			Run: "run/1", Queue: "q", Threads: 1, Stall: time.Minute, Heartbeat: 10 * time.Second, Attempts: 3,
			Parts: ".parts/",
		},
		Job: flow.Job{ID: "the film", Renderer: "film", Params: text, Path: path},
	}
}

// plannedFilm has a worker plan a film.
func plannedFilm(t *testing.T, a *Activities, task flow.Task) flow.FilmTask {
	t.Helper()
	made, err := run[flow.Made](t, a.Make, task)
	require.NoError(t, err)
	require.NotNil(t, made.Film)
	return flow.FilmTask{Task: task, Plan: *made.Film}
}

// makeParts makes parts of a film, each by one of the workers.
func makeParts(t *testing.T, workers []*Activities, f flow.FilmTask, indexes []int) {
	t.Helper()
	rand.Shuffle(len(indexes), func(i, k int) { indexes[i], indexes[k] = indexes[k], indexes[i] })
	for _, index := range indexes {
		a := workers[rand.IntN(len(workers))]
		do := a.Chunk
		if index == api.SoundPart {
			do = a.Sound
		}
		made, err := run[flow.PartMade](t, do, flow.Part{Film: f, Index: index})
		require.NoError(t, err)
		require.Positive(t, made.Bytes)
		if index != api.SoundPart {
			require.EqualValues(t, min(10, 47-10*index), made.Frames)
		}
	}
}

// rendered returns the bytes of the film that RenderFilm makes.
func rendered(t *testing.T, task flow.Task) []byte {
	t.Helper()
	film, err := testFilm(nil)(task.Job.Params)
	require.NoError(t, err)
	film.Path = filepath.Join(t.TempDir(), "rendered"+filepath.Ext(task.Job.Path))
	_, err = api.RenderFilm(context.Background(), film, api.RenderConfig{})
	require.NoError(t, err)
	content, err := os.ReadFile(film.Path)
	require.NoError(t, err)
	return content
}

// keysIn returns all keys of a store.
func keysIn(t *testing.T, b *blob.Bucket) (keys []string) {
	t.Helper()
	for key, err := range depot.List(context.Background(), b, "") {
		require.NoError(t, err)
		keys = append(keys, key)
	}
	return keys
}

// folderStore is a store of files, and its folder.
func folderStore(t *testing.T) (b *blob.Bucket, dir string) {
	t.Helper()
	dir = t.TempDir()
	b, err := fileblob.OpenBucket(dir, &fileblob.Options{NoTempDir: true})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, b.Close()) })
	return b, dir
}

func memoryStore(t *testing.T) *blob.Bucket {
	t.Helper()
	b := memblob.OpenBucket(nil)
	t.Cleanup(func() { require.NoError(t, b.Close()) })
	return b
}
