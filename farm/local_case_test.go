package farm_test

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"testing"

	"github.com/stretchr/testify/require"
	"gocloud.dev/blob"
	"gocloud.dev/blob/fileblob"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/farm"
)

// shade is the parameters of the tests' clips and films.
type shade struct {
	Color  byte
	Frames int
}

func shadeOf(params json.RawMessage) (s shade, err error) {
	s = shade{Frames: 5}
	err = json.Unmarshal(params, &s)
	return s, err
}

var shades = api.VideoConfig{Width: 64, Height: 48, FrameRate: 25, InputFormat: "rgb24"}

func (s shade) feed(ctx context.Context, v *api.VideoStream, from, n int) error {
	picture := make([]byte, 64*48*3)
	for k := from; k < from+n; k++ {
		for i := range picture {
			picture[i] = s.Color + byte(i*k)
		}
		if err := v.AddFrames(ctx, api.Frames{Data: picture, Layout: api.Raw}); err != nil {
			return err
		}
	}
	return nil
}

// drawClip is a renderer of clips.
func drawClip(ctx context.Context, enc *api.Encoder, path string, params json.RawMessage) error {
	s, err := shadeOf(params)
	if err != nil {
		return farm.Permanent(err)
	}
	v, err := enc.AddVideo(shades)
	if err != nil {
		return err
	}
	if err := enc.OpenFile(ctx, path); err != nil {
		return err
	}
	return s.feed(ctx, v, 0, s.Frames)
}

// drawFilm is a renderer of films.
func drawFilm(params json.RawMessage) (api.Film, error) {
	s, err := shadeOf(params)
	return api.Film{Video: shades, Frames: s.Frames, Chunk: 4, Draw: s.feed}, err
}

func renderers() map[string]farm.Renderer {
	return map[string]farm.Renderer{"clip": {Clip: drawClip}, "film": {Film: drawFilm}}
}

func jobOf(renderer, path string, s shade) farm.Job {
	params, _ := json.Marshal(s)
	return farm.Job{Renderer: renderer, Path: path, Params: params}
}

func clips(n int) []farm.Job {
	var jobs []farm.Job
	for k := range n {
		jobs = append(jobs, jobOf("clip", fmt.Sprintf("clips/%02d.mp4", k), shade{Color: byte(k), Frames: 5}))
	}
	return jobs
}

func folder(t *testing.T) (*blob.Bucket, string) {
	t.Helper()
	dir := t.TempDir()
	b, err := fileblob.OpenBucket(dir, &fileblob.Options{NoTempDir: true, Metadata: fileblob.MetadataDontWrite})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, b.Close()) })
	return b, dir
}

func keys(t *testing.T, b *blob.Bucket) []string {
	t.Helper()
	names := []string{}
	for object, err := range listed(b) {
		require.NoError(t, err)
		names = append(names, object)
	}
	return names
}

func listed(b *blob.Bucket) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for page := b.List(nil); ; {
			object, err := page.Next(context.Background())
			if object == nil || !yield(object.Key, err) {
				return
			}
		}
	}
}
