package benchmarks

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/avloom/avloom/api"
)

// BenchmarkClip makes short clips, one after another, each with an encoder of its own, on one encoder thread. A clip is an operation; with no
// frames it is what opening and closing cost.
func BenchmarkClip(b *testing.B) {
	for _, c := range []struct {
		name   string
		frames int
		preset string
	}{{"open", 0, ""}, {"ultrafast", 30, "ultrafast"}, {"medium", 30, ""}} {
		b.Run(c.name, func(b *testing.B) {
			const width, height = 256, 256
			data, frames := make([]byte, 0, 30*3*width*height), movingFrames(width, height)
			for k := range c.frames {
				data = append(data, frames[k%len(frames)]...)
			}
			path := filepath.Join(b.TempDir(), "clip.mp4")
			b.ReportAllocs()
			for b.Loop() {
				if err := clip(path, c.preset, data); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkRenderAll makes the same clips with as many workers as there are cores. A clip is an operation.
func BenchmarkRenderAll(b *testing.B) {
	data, frames := make([]byte, 0, 30*3*256*256), movingFrames(256, 256)
	for k := range 30 {
		data = append(data, frames[k%len(frames)]...)
	}
	dir := b.TempDir()
	b.ResetTimer()
	_, err := api.RenderAll(context.Background(), func(yield func(api.Job) bool) {
		for k := range b.N {
			run := func(ctx context.Context, enc *api.Encoder, path string) error {
				return feed(ctx, enc, path, "ultrafast", data)
			}
			if !yield(api.Job{Path: filepath.Join(dir, fmt.Sprintf("%d.mp4", k)), Run: run}) {
				return
			}
		}
	}, api.RenderConfig{})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "clips/s")
}

func clip(path, preset string, data []byte) error {
	enc := api.NewEncoder()
	defer enc.Abort(nil)
	if err := feed(context.Background(), enc, path, preset, data); err != nil {
		return err
	}
	return enc.Close()
}

func feed(ctx context.Context, enc *api.Encoder, path, preset string, data []byte) error {
	v, err := enc.AddVideo(api.VideoConfig{Width: 256, Height: 256, FrameRate: 30, Codec: "libx264", Preset: preset, Threads: 1})
	if err != nil {
		return err
	}
	if err := enc.OpenFile(ctx, path); err != nil {
		return err
	}
	return v.AddFrames(ctx, api.Frames{Data: data, Layout: api.NHWC})
}
