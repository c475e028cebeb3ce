package benchmarks

import (
	"context"
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

func clip(path, preset string, data []byte) error {
	ctx := context.Background()
	enc := api.NewEncoder()
	defer enc.Abort(nil)
	v, err := enc.AddVideo(api.VideoConfig{Width: 256, Height: 256, FrameRate: 30, Codec: "libx264", Preset: preset, Threads: 1})
	if err != nil {
		return err
	}
	if err := enc.OpenFile(ctx, path); err != nil {
		return err
	}
	if err := v.AddFrames(ctx, api.Frames{Data: data, Layout: api.NHWC}); err != nil {
		return err
	}
	return enc.Close()
}
