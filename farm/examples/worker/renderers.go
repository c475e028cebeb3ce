package main

import (
	"context"
	"encoding/json"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/farm"
)

// version is that of the renderers. With another one, the parts of a film are not joined with those
// of this one.
const version = "1"

const width, height, frameRate = 320, 180, 30

// renderers returns what this worker can render. A job names one of them, and has its parameters.
func renderers() map[string]farm.Renderer {
	return map[string]farm.Renderer{
		"ripples": {Clip: ripplesClip},
		"julia":   {Film: juliaFilm},
	}
}

// ripplesClip renders a clip of two seconds. Its parameters are {"Seed": number}.
func ripplesClip(ctx context.Context, enc *api.Encoder, path string, params json.RawMessage) error {
	var p struct{ Seed uint64 }
	if err := json.Unmarshal(params, &p); err != nil {
		return farm.Permanent(err) // another attempt would not help
	}
	video, err := enc.AddVideo(api.VideoConfig{Width: width, Height: height, FrameRate: frameRate})
	if err != nil {
		return err
	}
	if err := enc.OpenFile(ctx, path); err != nil {
		return err
	}
	return feed(ctx, video, newRipples(p.Seed).color, 0, 2*frameRate)
}

// juliaFilm describes a film, whose parts many machines render. Its parameters are {"Seconds":
// number}.
func juliaFilm(params json.RawMessage) (api.Film, error) {
	var p struct{ Seconds int }
	if err := json.Unmarshal(params, &p); err != nil {
		return api.Film{}, farm.Permanent(err)
	}
	return api.Film{
		Video: api.VideoConfig{
			Width: width, Height: height, FrameRate: frameRate,
			Codec: "libvpx-vp9", CRF: new(31.0), ExtraOptions: map[string]any{"cpu-used": 4},
		},
		Frames: p.Seconds * frameRate, Chunk: 2 * frameRate,
		Draw: func(ctx context.Context, video *api.VideoStream, from, n int) error {
			return feed(ctx, video, julia, from, n)
		},
	}, nil
}

// feed draws n pictures from one on, and gives them to the encoder.
func feed(ctx context.Context, video *api.VideoStream, scene scene, from, n int) error {
	picture := make([]byte, 3*width*height) // R G B, row by row
	for k := from; k < from+n; k++ {
		scene.draw(picture, float64(k)/frameRate)
		if err := video.AddFrames(ctx, api.Frames{Data: picture, Layout: api.NHWC}); err != nil {
			return err
		}
	}
	return nil
}
