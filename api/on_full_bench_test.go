package api_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
)

// BenchmarkOnFullDrop measures how long a call takes that feeds one 1080p frame every 1/240 s,
// while the encoder cannot keep up. Beside it: the same for an encoder that has nothing else to do,
// which is the time of one conversion.
//
//	go test ./api -run '^$' -bench OnFullDrop/overloaded -benchtime 2400x
//	go test ./api -run '^$' -bench OnFullDrop/idle -benchtime 200x
func BenchmarkOnFullDrop(b *testing.B) {
	for _, c := range []struct {
		name, preset string
		rate         float64
	}{{"overloaded", "slow", 240}, {"idle", "ultrafast", 10}} {
		b.Run(c.name, func(b *testing.B) { benchmarkOnFullDrop(b, c.preset, c.rate) })
	}
}

func benchmarkOnFullDrop(b *testing.B, preset string, rate float64) {
	ctx := context.Background()
	enc := api.NewEncoder()
	defer enc.Abort(nil)
	v, err := enc.AddVideo(api.VideoConfig{
		Width: 1920, Height: 1080, FrameRate: rate, Codec: "libx264", Preset: preset, OnFull: api.OnFullDrop,
	})
	require.NoError(b, err)
	require.NoError(b, enc.OpenWriter(ctx, discard{}, "mkv"))
	frame := make([]byte, 1920*1080*3)
	for i := range frame {
		frame[i] = byte(i * 7 >> (i % 5))
	}
	var kept, dropped []time.Duration
	tick := time.NewTicker(time.Duration(float64(time.Second) / rate))
	defer tick.Stop()
	for range b.N {
		<-tick.C
		before, begin := enc.Stats().Streams[0].Dropped, time.Now()
		err := v.AddFrames(ctx, api.Frames{Data: frame})
		took := time.Since(begin)
		if err != nil {
			b.Fatal(err)
		}
		if enc.Stats().Streams[0].Dropped > before {
			dropped = append(dropped, took)
		} else {
			kept = append(kept, took)
		}
	}
	b.ReportMetric(0, "ns/op")
	report := func(name string, all []time.Duration) {
		if len(all) == 0 {
			return
		}
		slices.Sort(all)
		at := func(q float64) float64 { return all[int(q*float64(len(all)-1))].Seconds() * 1e3 }
		b.ReportMetric(at(.5), name+"-p50-ms")
		b.ReportMetric(at(.999), name+"-p99.9-ms")
	}
	report("dropped", slices.Clone(dropped))
	report("kept", slices.Clone(kept))
	report("all", append(dropped, kept...))
	b.ReportMetric(float64(len(kept)), "kept-frames")
}
