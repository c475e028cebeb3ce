package api_test

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/avloom/avloom/api"
)

// BenchmarkCrashSafe measures what crash-safe files cost in time: a second of pictures and sound
// for each operation, with and without, by turns.
func BenchmarkCrashSafe(b *testing.B) {
	ctx := context.Background()
	frames, sound := numbered(0, 30), tone(2, 0, 48000)
	for _, extension := range []string{"mp4", "mkv", "ts"} {
		for _, safe := range []bool{true, false} {
			b.Run(fmt.Sprintf("%s/%t", extension, safe), func(b *testing.B) {
				enc := api.NewEncoder()
				v, err := enc.AddVideo(numberedVideo())
				if err != nil {
					b.Fatal(err)
				}
				a, err := enc.AddAudio(stereo())
				if err != nil {
					b.Fatal(err)
				}
				if err := enc.OpenFile(ctx, filepath.Join(b.TempDir(), "file."+extension), api.CrashSafe(safe)); err != nil {
					b.Fatal(err)
				}
				for b.Loop() {
					if err := v.AddFrames(ctx, api.Frames{Data: frames, Layout: api.NHWC}); err != nil {
						b.Fatal(err)
					}
					if err := a.AddSamples(ctx, sound); err != nil {
						b.Fatal(err)
					}
				}
				if err := enc.Close(); err != nil {
					b.Fatal(err)
				}
			})
		}
	}
}
