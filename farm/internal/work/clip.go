package work

import (
	"context"
	"encoding/json"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/farm/internal/flow"
)

// makeClip renders a clip and puts its file into the store.
func (a *Activities) makeClip(ctx context.Context, b *beats, r Renderer, t flow.Task) (flow.Result, error) {
	result := a.resultOf(ctx, t)
	folder, err := os.MkdirTemp(a.Scratch, "clip-")
	if err != nil {
		return result, err
	}
	defer func() { _ = os.RemoveAll(folder) }() // what stays is removed when the worker ends, or by the next one
	clip := Clip{Renderer: r, ID: t.Job.ID, Params: t.Job.Params, Threads: t.Settings.Threads}
	clip.Path = filepath.Join(folder, FileName(t.Job.Path))
	made, err := clip.Render(ctx, b.Watch)
	b.Watch(nil)
	if err != nil {
		return result, WithKey(err, folder, t.Job.Path)
	}
	result.Frames = made.Frames
	result.Bytes, err = a.commit(ctx, b, t, clip.Path, made.Frames)
	return result, err
}

// Clip is a file that a renderer makes.
type Clip struct {
	Renderer Renderer
	ID       string
	Params   json.RawMessage
	Path     string // on the disk
	Threads  int    // of each encoder
}

// Render makes the file, which is complete or not there. observe, which may be nil, is called with
// a watch of the encoder before the renderer is called. A panic is an error.
func (c Clip) Render(ctx context.Context, observe func(watch)) (api.JobResult, error) {
	job := api.Job{
		ID: c.ID, Path: c.Path, Options: []api.Option{api.WithThreadBudget(api.NewThreadBudget(c.Threads))},
		Run: func(ctx context.Context, enc *api.Encoder, path string) error {
			if observe != nil {
				observe(func() (int64, int64) { return advanceOf(enc.Stats()) })
			}
			return c.Renderer.Clip(ctx, enc, path, ParamsOf(c.Params))
		},
	}
	one := func(yield func(api.Job) bool) { yield(job) }
	report, err := api.RenderAll(ctx, one, api.RenderConfig{Workers: 1})
	if len(report.Results) == 0 {
		return api.JobResult{}, err
	}
	return report.Results[0], report.Results[0].Err
}

// FileName returns the name of a job's file on the disk: with the extension of its key, which says
// which container it has.
func FileName(key string) string { return "file" + path.Ext(key) }

// WithKey returns an error about a file in a folder on the disk as one about the key of the job:
// the names on the disk mean nothing to those who wrote the job.
func WithKey(err error, folder, key string) error {
	config, ok := err.(*api.ConfigError) //nolint:errorlint // one that is wrapped has a text around it
	if !ok {
		return err
	}
	if value, ok := config.Value.(string); ok && strings.HasPrefix(value, folder) {
		changed := *config
		changed.Field, changed.Value = "Path", key
		return &changed
	}
	return err
}

// ParamsOf returns the parameters for a renderer.
func ParamsOf(params json.RawMessage) json.RawMessage {
	if len(params) == 0 {
		return json.RawMessage("null")
	}
	return params
}

// advanceOf returns how many frames an encoder has encoded, and a number that rises as long as it
// works.
func advanceOf(s api.Stats) (frames, advance int64) {
	advance = s.BytesWritten
	for _, stream := range s.Streams {
		advance += stream.Accepted + stream.Dropped + stream.Packets
		if stream.Kind == "video" {
			frames += stream.Packets
		}
	}
	return frames, advance
}
