package benchmarks

import (
	"context"
	"math"
	"testing"

	"github.com/avloom/avloom/api"
)

// BenchmarkEncode encodes moving pictures with libx264 into memory. A frame is an operation; the time includes opening and closing.
func BenchmarkEncode(b *testing.B) {
	for _, size := range []struct {
		name          string
		width, height int
	}{{"480p", 854, 480}, {"1080p", 1920, 1080}} {
		for _, layout := range []api.Layout{api.NCHW, api.NHWC} {
			b.Run(size.name+"/ultrafast/"+layout.String(), func(b *testing.B) {
				frames := movingFrames(size.width, size.height)
				b.SetBytes(int64(len(frames[0])))
				b.ResetTimer()
				encode(b, size.width, size.height, layout, frames)
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "fps")
			})
		}
	}
}

func encode(b *testing.B, width, height int, layout api.Layout, frames [][]byte) {
	b.Helper()
	ctx := context.Background()
	var file api.MemoryFile
	enc := api.NewEncoder()
	v, err := enc.AddVideo(api.VideoConfig{Width: width, Height: height, FrameRate: 30, Codec: "libx264", Preset: "ultrafast"})
	if err != nil {
		b.Fatal(err)
	}
	if err := enc.OpenWriter(ctx, &file, "mp4"); err != nil {
		b.Fatal(err)
	}
	for i := range b.N {
		if err := v.AddFrames(ctx, api.Frames{Data: frames[i%len(frames)], Layout: layout}); err != nil {
			b.Fatal(err)
		}
	}
	if err := enc.Close(); err != nil {
		b.Fatal(err)
	}
}

// movingFrames returns pictures of waves that move, 3 bytes per pixel, which both layouts can take for theirs.
func movingFrames(width, height int) [][]byte {
	frames := make([][]byte, 16)
	for k := range frames {
		frames[k] = make([]byte, 3*width*height)
		for i := range frames[k] {
			x, y := float64(i%(3*width)), float64(i/(3*width))
			frames[k][i] = byte(128 + 60*math.Sin((x+9*float64(k))/170) + 60*math.Cos((y+5*float64(k))/90))
		}
	}
	return frames
}
