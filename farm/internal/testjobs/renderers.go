package testjobs

import (
	"context"
	"encoding/json"
	"time"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/farm"
)

// Renderers returns all renderers. They note in starts when they begin and end; nil: nowhere.
func Renderers(starts *Starts) map[string]farm.Renderer {
	renderers := map[string]farm.Renderer{"film": {Film: func(params json.RawMessage) (api.Film, error) {
		return film(starts, params)
	}}}
	for name, draw := range clips() {
		renderers[name] = clip(starts, draw)
	}
	return renderers
}

// drawer makes one clip.
type drawer func(ctx context.Context, enc *api.Encoder, path string, c Clip) error

func clip(starts *Starts, draw drawer) farm.Renderer {
	run := func(ctx context.Context, enc *api.Encoder, path string, params json.RawMessage) error {
		var c Clip
		if err := json.Unmarshal(params, &c); err != nil {
			return err
		}
		defer starts.Begin(c.ID)()
		return draw(ctx, enc, path, c.withDefaults())
	}
	return farm.Renderer{Clip: run}
}

// plain is the renderer "clip".
func plain(ctx context.Context, enc *api.Encoder, path string, c Clip) error {
	v, err := open(ctx, enc, path, c)
	if err != nil {
		return err
	}
	return feed(ctx, v, c.Seed, c.Size, 0, c.Frames, c.Delay)
}

func open(ctx context.Context, enc *api.Encoder, path string, c Clip) (*api.VideoStream, error) {
	v, err := enc.AddVideo(video(c.Size, c.Codec))
	if err != nil {
		return nil, err
	}
	return v, enc.OpenFile(ctx, path)
}

func video(size int, codec string) api.VideoConfig {
	return api.VideoConfig{Width: size, Height: size, FrameRate: frameRate, InputFormat: "rgb24", Codec: codec}
}

// film is the renderer "film". It notes a chunk as "ID@FRAME", and the sound as "ID@sound".
func film(starts *Starts, params json.RawMessage) (api.Film, error) {
	var p Film
	if err := json.Unmarshal(params, &p); err != nil {
		return api.Film{}, err
	}
	p = p.withDefaults()
	f := api.Film{
		Video: video(p.Size, p.Codec), Frames: p.Frames, Chunk: p.Chunk,
		Draw: func(ctx context.Context, v *api.VideoStream, from, n int) error {
			defer starts.Begin(chunkName(p.ID, from))()
			return feed(ctx, v, p.Seed, p.Size, from, n, p.Delay)
		},
	}
	if p.Sound {
		f.Audio = &api.AudioConfig{SampleRate: sampleRate, NumChannels: 1}
		f.Sound = func(ctx context.Context, a *api.AudioStream) error {
			defer starts.Begin(p.ID + "@sound")()
			return tone(ctx, a, p.Seed, time.Duration(p.Frames)*time.Second/frameRate)
		}
	}
	return f, nil
}
