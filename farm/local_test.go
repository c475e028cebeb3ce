package farm_test

import (
	"context"
	"encoding/json"
	"errors"
	"iter"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
	"gocloud.dev/blob"
	"gocloud.dev/blob/memblob"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/farm"
	"github.com/avloom/avloom/farm/internal/testjobs"
	"github.com/avloom/avloom/pipeline"
)

// TestLocalEqualsRenderAll: the same bytes as RenderAll with one thread, and RenderFilm, whatever
// the number of workers.
func TestLocalEqualsRenderAll(t *testing.T) {
	t.Parallel()
	jobs := append(clips(3), jobOf("film", "film.mkv", shade{Frames: 10}), jobOf("clip", "last.webm", shade{Frames: 3}))
	dir := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(dir, "clips"), 0o777))
	for _, job := range jobs {
		path := filepath.Join(dir, job.Path)
		if job.Renderer == "film" {
			film, err := drawFilm(job.Params)
			require.NoError(t, err)
			film.Path = path
			_, err = api.RenderFilm(t.Context(), film, api.RenderConfig{})
			require.NoError(t, err)
			continue
		}
		one := api.Job{Path: path, Options: []api.Option{api.WithThreadBudget(api.NewThreadBudget(1))}}
		one.Run = func(ctx context.Context, enc *api.Encoder, path string) error {
			return drawClip(ctx, enc, path, job.Params)
		}
		_, err := api.RenderAll(t.Context(), slices.Values([]api.Job{one}), api.RenderConfig{})
		require.NoError(t, err)
	}
	for _, workers := range []int{0, 1, 3} {
		store, made := folder(t)
		var last api.Progress
		report, err := farm.Local(t.Context(), store, renderers(), slices.Values(jobs), api.RenderConfig{
			Workers: workers, Total: len(jobs), Progress: func(p api.Progress) {
				require.Equal(t, len(jobs), p.Total)
				last = p
			},
		})
		require.NoError(t, err)
		require.Len(t, report.Results, len(jobs))
		require.Equal(t, len(jobs), last.Done)
		require.Zero(t, last.Running+last.Failed+last.Skipped)
		require.Len(t, keys(t, store), len(jobs))
		for _, result := range report.Results {
			require.Equal(t, result.Path, result.ID)
			want, err := os.ReadFile(filepath.Join(dir, result.Path))
			require.NoError(t, err)
			got, err := os.ReadFile(filepath.Join(made, result.Path))
			require.NoError(t, err)
			require.Equal(t, want, got, result.Path)
			require.EqualValues(t, len(got), result.Bytes)
			require.Positive(t, result.Frames)
		}
	}
}

// TestLocalFailures: each job that fails does so with its reason, and the others go on.
func TestLocalFailures(t *testing.T) {
	t.Parallel()
	store := memblob.OpenBucket(nil)
	require.NoError(t, store.WriteAll(t.Context(), "taken.mp4", []byte("theirs"), nil))
	poison := errors.New("poison")
	all := renderers()
	all["panics"] = farm.Renderer{Clip: func(context.Context, *api.Encoder, string, json.RawMessage) error { panic(poison) }}
	all["fails"] = farm.Renderer{Clip: func(context.Context, *api.Encoder, string, json.RawMessage) error { return poison }}
	all["exits"] = farm.Renderer{Clip: func(context.Context, *api.Encoder, string, json.RawMessage) error {
		runtime.Goexit()
		return nil
	}}
	all["idle"] = farm.Renderer{Clip: func(context.Context, *api.Encoder, string, json.RawMessage) error { return nil }}
	all["wanders"] = farm.Renderer{Clip: func(ctx context.Context, enc *api.Encoder, path string, p json.RawMessage) error {
		return drawClip(ctx, enc, filepath.Join(filepath.Dir(path), "elsewhere.mp4"), p)
	}}
	all["empty"] = farm.Renderer{Clip: func(ctx context.Context, enc *api.Encoder, path string, _ json.RawMessage) error {
		_, err := enc.AddVideo(shades)
		return errors.Join(err, enc.OpenFile(ctx, path))
	}}
	all["film panics"] = farm.Renderer{Film: func(json.RawMessage) (api.Film, error) { panic(poison) }}
	all["film fails"] = farm.Renderer{Film: func(json.RawMessage) (api.Film, error) { return api.Film{}, poison }}
	all["film is wrong"] = farm.Renderer{Film: func(json.RawMessage) (api.Film, error) { return api.Film{}, nil }}
	fine := jobOf("clip", "fine.mp4", shade{Frames: 2})
	huge := fine
	huge.Path, huge.Params = "huge.mp4", json.RawMessage(`"`+strings.Repeat("x", 2<<20)+`"`)
	config := func(field string) func(*testing.T, error) {
		return func(t *testing.T, err error) {
			var wrong *api.ConfigError
			require.ErrorAs(t, err, &wrong)
			require.Contains(t, wrong.Field, field)
		}
	}
	says := func(text string) func(*testing.T, error) {
		return func(t *testing.T, err error) { require.ErrorContains(t, err, text) }
	}
	cases := []struct {
		job   farm.Job
		check func(*testing.T, error) // nil: the job succeeds
	}{
		{fine, nil},
		{jobOf("panics", "a.mp4", shade{}), func(t *testing.T, err error) {
			var p *pipeline.PanicError
			require.ErrorAs(t, err, &p)
			require.Equal(t, poison, p.Value)
		}},
		{jobOf("fails", "b.mp4", shade{}), func(t *testing.T, err error) { require.ErrorIs(t, err, poison) }},
		{jobOf("exits", "c.mp4", shade{}), says("runtime.Goexit")},
		{jobOf("idle", "d.mp4", shade{}), says("without opening the encoder")},
		{jobOf("wanders", "e.mp4", shade{Frames: 2}), says("wrote nothing to the path that it was given")},
		{jobOf("film panics", "f.mp4", shade{}), says("poison")},
		{jobOf("film fails", "g.mp4", shade{}), func(t *testing.T, err error) { require.ErrorIs(t, err, poison) }},
		{jobOf("film is wrong", "h.mp4", shade{}), config("Draw")},
		{jobOf("nobody", "i.mp4", shade{}), config("Renderer")},
		{jobOf("clip", "j.nonsense", shade{}), says(`Path "j.nonsense": no container has this extension`)},
		{jobOf("clip", "no extension", shade{}), config("")},
		{jobOf("clip", "", shade{}), config("Path")},
		{jobOf("clip", "../k.mp4", shade{}), config("Path")},
		{jobOf("clip", "/etc/l.mp4", shade{}), config("Path")},
		{jobOf("clip", "m//n.mp4", shade{}), config("Path")},
		{jobOf("clip", "fine.mp4", shade{}), config("ID")},
		{farm.Job{ID: "other", Renderer: "clip", Path: "fine.mp4"}, config("Path")},
		{farm.Job{Renderer: "clip", Path: "o.mp4", Params: json.RawMessage("{")}, config("Params")},
		{farm.Job{Renderer: "clip", Path: "null.mp4"}, nil},
		{huge, config("Params")},
		{jobOf("clip", "taken.mp4", shade{Frames: 2}), says("with other content")},
		{jobOf("empty", "frames/none.mp4", shade{}), nil},
		{jobOf("clip", "last.mp4", shade{Frames: 2}), nil},
	}
	jobs := func(yield func(farm.Job) bool) {
		for _, c := range cases {
			if !yield(c.job) {
				return
			}
		}
	}
	report, err := farm.Local(t.Context(), store, all, jobs, api.RenderConfig{Workers: 1})
	require.Len(t, report.Results, len(cases))
	failed, done := 0, []string{"taken.mp4"}
	for i, c := range cases {
		got := report.Results[i]
		if c.check == nil {
			require.NoError(t, got.Err, "%v", c.job)
			done = append(done, c.job.Path)
			continue
		}
		failed++
		require.Error(t, got.Err, "%v", c.job.Path)
		c.check(t, got.Err)
		require.Zero(t, got.Bytes)
	}
	var render *api.RenderError
	require.ErrorAs(t, err, &render)
	require.Len(t, render.Failed, failed)
	require.NoError(t, render.Err)
	require.ElementsMatch(t, done, keys(t, store))
	text, err := store.ReadAll(t.Context(), "taken.mp4")
	require.NoError(t, err)
	require.Equal(t, "theirs", string(text))
}

// TestLocalOnAStoreThatFails: a write that fails now and then is made again. If all fail, so do the
// jobs, and a second call makes their files. There is one worker: with several, writes of other
// jobs come between those of a job, all of which could then fail.
func TestLocalOnAStoreThatFails(t *testing.T) {
	t.Parallel()
	for _, every := range []int64{1, 3} {
		base, dir := folder(t)
		store := testjobs.FailingWrites(base, every)
		one := api.RenderConfig{Workers: 1}
		report, err := farm.Local(t.Context(), store, renderers(), slices.Values(clips(9)), one)
		require.Len(t, report.Results, 9)
		if every > 1 {
			require.NoError(t, err)
		} else {
			require.ErrorIs(t, err, testjobs.ErrStore)
			require.Empty(t, keys(t, base))
			_, err = farm.Local(t.Context(), base, renderers(), slices.Values(clips(9)), api.RenderConfig{Resume: true})
			require.NoError(t, err)
		}
		left, err := os.ReadDir(filepath.Join(dir, "clips"))
		require.NoError(t, err)
		require.Len(t, left, 9)
	}
}

// TestLocalPathsThatCollide: on a file system a file is no folder. Both jobs end.
func TestLocalPathsThatCollide(t *testing.T) {
	t.Parallel()
	store, dir := folder(t)
	jobs := []farm.Job{}
	for _, path := range []string{"a.mp4", "a.mp4/b.mp4", "c.mp4/d.mp4", "c.mp4"} {
		jobs = append(jobs, jobOf("clip", path, shade{}))
	}
	report, err := farm.Local(t.Context(), store, renderers(), slices.Values(jobs), api.RenderConfig{Workers: 1})
	require.Error(t, err)
	require.Len(t, report.Results, 4)
	require.Equal(t, []bool{true, false, true, false}, []bool{
		report.Results[0].Err == nil, report.Results[1].Err == nil, report.Results[2].Err == nil, report.Results[3].Err == nil,
	})
	require.ErrorContains(t, err, "not a directory")
	require.ErrorContains(t, err, "c.mp4: farm: write c.mp4 to the store: a folder has this name")
	left, err := filepath.Glob(filepath.Join(dir, "*.tmp"))
	require.NoError(t, err)
	require.Empty(t, left)
}

func TestLocalResumes(t *testing.T) {
	t.Parallel()
	store := memblob.OpenBucket(nil)
	jobs := append(clips(4), jobOf("film", "film.mp4", shade{Frames: 8}))
	_, err := farm.Local(t.Context(), store, renderers(), slices.Values(jobs[3:]), api.RenderConfig{})
	require.NoError(t, err)
	var calls atomic.Int32
	all := renderers()
	all["clip"] = farm.Renderer{Clip: func(ctx context.Context, enc *api.Encoder, path string, p json.RawMessage) error {
		calls.Add(1)
		return drawClip(ctx, enc, path, p)
	}}
	all["film"] = farm.Renderer{Film: func(json.RawMessage) (api.Film, error) { return api.Film{}, errors.New("not again") }}
	var last api.Progress
	report, err := farm.Local(t.Context(), store, all, slices.Values(jobs), api.RenderConfig{
		Resume: true, Progress: func(p api.Progress) { last = p },
	})
	require.NoError(t, err)
	require.EqualValues(t, 3, calls.Load())
	require.Equal(t, 3, last.Done)
	require.Equal(t, 2, last.Skipped)
	for _, result := range report.Results {
		require.Positive(t, result.Bytes)
	}
	// Without Resume, the same jobs make the same files, which are there.
	all["film"] = renderers()["film"]
	_, err = farm.Local(t.Context(), store, all, slices.Values(jobs), api.RenderConfig{})
	require.NoError(t, err)
	require.EqualValues(t, 7, calls.Load())
}

// TestLocalShards: each job is made in exactly one shard.
func TestLocalShards(t *testing.T) {
	t.Parallel()
	store := memblob.OpenBucket(nil)
	made := 0
	for i := range 3 {
		report, err := farm.Local(t.Context(), store, renderers(), slices.Values(clips(9)), api.RenderConfig{
			Shard: api.Shard{Index: i, Count: 3}, Total: 9,
		})
		require.NoError(t, err)
		for _, result := range report.Results {
			require.False(t, result.Skipped)
		}
		made += len(report.Results)
	}
	require.Equal(t, 9, made)
	require.Len(t, keys(t, store), 9)
}

func TestLocalChecksItsConfig(t *testing.T) {
	t.Parallel()
	store := memblob.OpenBucket(nil)
	none := slices.Values([]farm.Job{})
	for _, c := range []struct {
		field     string
		store     *blob.Bucket
		renderers map[string]farm.Renderer
		jobs      iter.Seq[farm.Job]
		cfg       api.RenderConfig
	}{
		{"store", nil, renderers(), none, api.RenderConfig{}},
		{"renderers", store, nil, none, api.RenderConfig{}},
		{"renderers[x]", store, map[string]farm.Renderer{"x": {}}, none, api.RenderConfig{}},
		{"jobs", store, renderers(), nil, api.RenderConfig{}},
		{"Manifest", store, renderers(), none, api.RenderConfig{Manifest: filepath.Join(t.TempDir(), "list")}},
		{"Workers", store, renderers(), none, api.RenderConfig{Workers: -1}},
		{"Total", store, renderers(), none, api.RenderConfig{Total: -1}},
		{"Shard.Index", store, renderers(), none, api.RenderConfig{Shard: api.Shard{Index: 2, Count: 2}}},
	} {
		_, err := farm.Local(t.Context(), c.store, c.renderers, c.jobs, c.cfg)
		var wrong *api.ConfigError
		require.ErrorAs(t, err, &wrong, c.field)
		require.Equal(t, c.field, wrong.Field)
	}
	report, err := farm.Local(t.Context(), store, renderers(), none, api.RenderConfig{})
	require.NoError(t, err)
	require.Empty(t, report.Results)
}
