package embed

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"gocloud.dev/blob/memblob"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/farm"
)

type clipFunc = func(ctx context.Context, enc *api.Encoder, path string, params json.RawMessage) error

// failing is a renderer of clips that all fail.
func failing(err error) farm.Renderer {
	return farm.Renderer{Clip: func(context.Context, *api.Encoder, string, json.RawMessage) error { return err }}
}

// after is a renderer that draws a clip and does something else then.
func after(act func(ctx context.Context, enc *api.Encoder) error) farm.Renderer {
	return farm.Renderer{Clip: func(ctx context.Context, enc *api.Encoder, path string, params json.RawMessage) error {
		if err := tiny(ctx, enc, path, params); err != nil {
			return err
		}
		return act(ctx, enc)
	}}
}

// beside is a renderer whose encoder writes another file, too, or only.
func beside(only bool) clipFunc {
	return func(ctx context.Context, enc *api.Encoder, path string, _ json.RawMessage) error {
		v, err := enc.AddVideo(api.VideoConfig{Width: 32, Height: 32, FrameRate: 10, Codec: "libx264"})
		if err != nil {
			return err
		}
		outputs := []api.Output{api.File(filepath.Join(filepath.Dir(path), "beside.mkv"))}
		if !only {
			outputs = append(outputs, api.File(path))
		}
		if err := enc.Open(ctx, outputs...); err != nil {
			return err
		}
		return v.AddFrames(ctx, api.Frames{Data: make([]byte, 4*32*32*3)})
	}
}

// TestUnusualRenderers: what renderers do that nobody has asked for is told of their jobs, and
// harms no others. Local tells the same.
func TestUnusualRenderers(t *testing.T) {
	_, c := start(t, Config{})
	store := memblob.OpenBucket(nil)
	input := fmt.Errorf("scene 7: %w", farm.Permanent(fmt.Errorf("no input: %w", fs.ErrNotExist)))
	cases := map[string]struct {
		renderer farm.Renderer
		want     string // of the error; "": there is a file
		is       func(error) bool
	}{
		"permanent": {failing(input), "scene 7: no input: file does not exist", farm.IsPermanent},
		"cancelled": {failing(context.Canceled), "context canceled", nil},
		"joined":    {failing(errors.Join(errors.New("one"), context.Canceled)), "one\ncontext canceled", nil},
		"config": {failing(errors.Join(errors.New("one"), &api.ConfigError{Field: "Width"})), "one\n", func(err error) bool {
			_, ok := errors.AsType[*api.ConfigError](err)
			return ok
		}},
		"nothing": {failing(nil), "Run returned without opening the encoder", nil},
		"closes":  {after(func(_ context.Context, enc *api.Encoder) error { return enc.Close() }), "", nil},
		"aborts": {after(func(_ context.Context, enc *api.Encoder) error {
			enc.Abort(errors.New("enough"))
			return nil
		}), "enough", nil},
		"two files":  {farm.Renderer{Clip: beside(false)}, "", nil},
		"other file": {farm.Renderer{Clip: beside(true)}, "wrote nothing to the path that it was given", nil},
		"no film":    {farm.Renderer{Film: func(json.RawMessage) (api.Film, error) { return api.Film{}, nil }}, "Draw: must not be nil", nil},
		"film panic": {farm.Renderer{Film: func(json.RawMessage) (api.Film, error) { panic("a bug") }}, "panic: a bug", nil},
	}
	renderers, jobs := map[string]farm.Renderer{}, []farm.Job{}
	for name, c := range cases {
		renderers[name] = c.renderer
		jobs = append(jobs, farm.Job{ID: name, Renderer: name, Path: "clips/" + name + ".mp4"})
	}
	jobs = append(jobs, farm.Job{ID: "unknown", Renderer: "of another program", Path: "unknown.mp4"})
	check := func(report api.Report) {
		require.Len(t, report.Results, len(jobs))
		for _, result := range report.Results {
			c := cases[result.ID]
			if result.ID == "unknown" {
				c.want = `Renderer "of another program": the worker does not know it`
			}
			if c.want == "" {
				require.NoError(t, result.Err, result.ID)
				require.EqualValues(t, 4, result.Frames, result.ID)
				continue
			}
			require.ErrorContains(t, result.Err, c.want, result.ID)
			require.True(t, c.is == nil || c.is(result.Err), result.ID)
		}
	}
	w, err := farm.NewWorker(c, store, renderers, farm.WorkerConfig{Failures: -1})
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- w.Run(ctx) }()
	run, err := farm.Start(t.Context(), c, slices.Values(jobs), farm.RunConfig{Attempts: 2})
	require.NoError(t, err)
	report, err := run.Wait(t.Context())
	require.ErrorAs(t, err, new(*api.RenderError))
	check(report)
	cancel()
	require.NoError(t, <-ended)
	report, err = farm.Local(t.Context(), memblob.OpenBucket(nil), renderers, slices.Values(jobs), api.RenderConfig{})
	require.ErrorAs(t, err, new(*api.RenderError))
	check(report)
}
