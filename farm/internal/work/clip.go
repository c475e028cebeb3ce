package work

import (
	"context"
	"encoding/json"
	"os"
	"path"
	"path/filepath"

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
	clip.Path = filepath.Join(folder, "clip"+path.Ext(t.Job.Path))
	made, err := clip.Render(ctx, b.Watch)
	b.Watch(nil)
	if err != nil {
		return result, err
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

// Render makes the file, by which it is what RenderAll makes: whole, or not there. observe is called
// with a watch of the encoder before the renderer is called. A panic is an error.
func (c Clip) Render(ctx context.Context, observe func(watch)) (api.JobResult, error) {
	params := c.Params
	if len(params) == 0 {
		params = json.RawMessage("null")
	}
	job := api.Job{
		ID: c.ID, Path: c.Path, Options: []api.Option{api.WithThreadBudget(api.NewThreadBudget(c.Threads))},
		Run: func(ctx context.Context, enc *api.Encoder, path string) error {
			observe(func() (int64, int64) { return advanceOf(enc.Stats()) })
			return c.Renderer.Clip(ctx, enc, path, params)
		},
	}
	one := func(yield func(api.Job) bool) { yield(job) }
	report, err := api.RenderAll(ctx, one, api.RenderConfig{Workers: 1})
	if len(report.Results) == 0 {
		return api.JobResult{}, err
	}
	return report.Results[0], report.Results[0].Err
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
