package nodes

import (
	"testing"
	"time"

	"github.com/asticode/go-astiav"
	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/internal/astiavx"
	"github.com/avloom/avloom/internal/shelf"
	"github.com/avloom/avloom/pipeline"
)

// BenchmarkRate measures what Rate costs for each frame that it takes and for each that it emits.
// The time includes that of freeing what was emitted.
func BenchmarkRate(b *testing.B) {
	for _, c := range []struct {
		name    string
		in, out int // frames per second
	}{{"kept", 30, 30}, {"repeated", 24, 60}, {"repeated 100 times", 1, 100}, {"left out", 60, 30}} {
		b.Run(c.name, func(b *testing.B) { benchmarkRate(b, c.in, c.out) })
	}
}

func benchmarkRate(b *testing.B, in, out int) {
	pool, err := astiavx.NewPicturePool(astiav.PixelFormatYuv420P, 1920, 1080)
	require.NoError(b, err)
	defer pool.Free()
	var empty shelf.Frames
	defer empty.Close()
	picture := pipeline.FrameFrom(&empty)
	defer picture.Free()
	require.NoError(b, pool.Get(picture.Frame))
	r := NewRate(RateConfig{Base: astiav.NewRational(1, in), Duration: 1, Rate: astiav.NewRational(out, 1)})
	defer r.Close()
	emitted := 0
	emit := func(f pipeline.Frame) error {
		emitted++
		f.Free()
		return nil
	}
	frames := make([]pipeline.Frame, 256)
	var spent time.Duration
	taken := 0
	for b.Loop() {
		for i := range frames {
			frames[i], err = picture.Ref()
			require.NoError(b, err)
			frames[i].SetPts(int64(taken + i))
		}
		begin := time.Now()
		for _, f := range frames {
			if err := r.Process(b.Context(), f, emit); err != nil {
				b.Fatal(err)
			}
		}
		spent += time.Since(begin)
		taken += len(frames)
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(spent.Nanoseconds())/float64(taken), "ns/taken")
	b.ReportMetric(float64(spent.Nanoseconds())/float64(emitted), "ns/emitted")
}
