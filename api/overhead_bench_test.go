package api_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
)

// BenchmarkOverhead measures what the graph itself costs a frame: the picture is small, and
// rawvideo does nothing but hand it on. A frame passes three stages: convert, encode, mux.
func BenchmarkOverhead(b *testing.B) {
	ctx := context.Background()
	for _, batch := range []int{1, 64} {
		b.Run(map[int]string{1: "one by one", 64: "in batches of 64"}[batch], func(b *testing.B) {
			enc := api.NewEncoder()
			v, err := enc.AddVideo(
				api.VideoConfig{Width: 64, Height: 64, FrameRate: 30, Codec: "rawvideo", PixelFormat: "yuv420p"},
			)
			if err != nil {
				b.Fatal(err)
			}
			if err := enc.OpenWriter(ctx, discard{}, "nut"); err != nil {
				b.Fatal(err)
			}
			frames := numbered(0, batch)
			b.ReportAllocs()
			for done := 0; done < b.N; done += batch {
				n := min(batch, b.N-done)
				if err := v.AddFrames(ctx, api.Frames{Data: frames[:n*64*64*3], Layout: api.NHWC}); err != nil {
					b.Fatal(err)
				}
			}
			if err := enc.Close(); err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/3, "µs/stage")
		})
	}
}

// BenchmarkStatsOfMany takes snapshots of encoders with more and more streams.
func BenchmarkStatsOfMany(b *testing.B) {
	for _, streams := range []int{10, 100, 1000} {
		b.Run(fmt.Sprint(streams), func(b *testing.B) {
			enc := api.NewEncoder()
			for range streams {
				_, err := enc.AddVideo(api.VideoConfig{Width: 16, Height: 16, FrameRate: 30, Codec: "ffv1", Threads: 1})
				require.NoError(b, err)
			}
			require.NoError(b, enc.OpenWriter(b.Context(), discard{}, "nut"))
			for b.Loop() {
				enc.Stats()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(streams), "ns/stream")
			require.NoError(b, enc.Close())
		})
	}
}
