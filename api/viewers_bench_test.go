package api_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/avloom/avloom/api"
)

// BenchmarkViewers measures what viewers cost an encode who come and go, a hundred in a minute. One
// encoder is fed as fast as it takes frames. Periods with viewers and periods without take turns;
// in a period with viewers one comes every 0.6 s and stays for 1.5 s. The ratio of the frame rates
// and of the processor time for each frame is taken within each pair of periods, and the median
// counts.
//
//	go test ./api -run '^$' -bench Viewers -benchtime 1x
func BenchmarkViewers(b *testing.B) {
	for name, cfg := range map[string]api.VideoConfig{
		"480p veryfast":  {Width: 854, Height: 480, FrameRate: 60, Codec: "libx264", Preset: "veryfast"},
		"1080p veryfast": {Width: 1920, Height: 1080, FrameRate: 60, Codec: "libx264", Preset: "veryfast"},
		"1080p veryfast, a key frame every 10 frames": {
			Width: 1920, Height: 1080, FrameRate: 60, Codec: "libx264", Preset: "veryfast", KeyInterval: 10,
		},
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				benchmarkViewers(b, cfg)
			}
		})
	}
}

const (
	periods     = 2 * 9
	period      = 4 * time.Second
	betweenTwo  = 600 * time.Millisecond
	viewersStay = 1500 * time.Millisecond
)

func benchmarkViewers(b *testing.B, cfg api.VideoConfig) {
	ctx := context.Background()
	enc := api.NewEncoder()
	defer enc.Abort(nil)
	v, err := enc.AddVideo(cfg)
	require.NoError(b, err)
	require.NoError(b, enc.OpenWriter(ctx, discard{}, "mkv"))
	frames := movingFrames(cfg.Width, cfg.Height)
	var rates, times [2][]float64 // without viewers, with viewers
	next := 0
	feed := func(until time.Time) (fed int) {
		for ; time.Now().Before(until); fed++ {
			require.NoError(b, v.AddFrames(ctx, api.Frames{Data: frames[next%len(frames)]}))
			next++
		}
		return fed
	}
	feed(time.Now().Add(period)) // until the caches and queues are as they stay
	for i := range periods {
		done := make(chan struct{})
		begin, used := time.Now(), processorTime(b)
		go func() {
			defer close(done)
			if i%2 == 1 {
				comeAndGo(b, enc, begin.Add(period))
			}
		}()
		fed := feed(begin.Add(period))
		rates[i%2] = append(rates[i%2], float64(fed)/time.Since(begin).Seconds())
		<-done
		times[i%2] = append(times[i%2], (processorTime(b)-used).Seconds()*1e3/float64(fed))
	}
	require.NoError(b, enc.Close())
	b.ReportMetric(0, "ns/op")
	for name, values := range map[string][2][]float64{"fps": rates, "cpu-ms/frame": times} {
		ratios := make([]float64, periods/2)
		for i := range ratios {
			ratios[i] = values[1][i] / values[0][i]
		}
		b.ReportMetric(median(values[0]), name+"-alone")
		b.ReportMetric(median(values[1]), name+"-with-viewers")
		b.ReportMetric(median(ratios), name+"-ratio")
	}
}

// processorTime returns how much of it this process has used.
func processorTime(b *testing.B) time.Duration {
	var used unix.Rusage
	require.NoError(b, unix.Getrusage(unix.RUSAGE_SELF, &used))
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// comeAndGo lets viewers come and go, so that all have gone at the end.
func comeAndGo(b *testing.B, enc *api.Encoder, end time.Time) {
	var gone []<-chan struct{}
	for time.Now().Add(viewersStay).Before(end) {
		h, err := enc.AddOutput(context.Background(), api.Writer(new(viewer), "mp4", api.BestEffort()))
		if err != nil {
			b.Error(err)
			return
		}
		left := make(chan struct{})
		gone = append(gone, left)
		time.AfterFunc(viewersStay, func() {
			defer close(left)
			if err := h.Close(); err != nil {
				b.Error(err)
			}
		})
		time.Sleep(betweenTwo)
	}
	for _, left := range gone {
		<-left
	}
}

// movingFrames returns pictures with something in them for the encoder to do, as NCHW.
func movingFrames(width, height int) (frames [][]byte) {
	for n := range 30 {
		data := make([]byte, 3*width*height)
		for i := range data {
			x, y := i%width, i/width
			data[i] = byte((x+5*n)*(y+3*n)>>7) ^ byte(x>>3)
		}
		frames = append(frames, data)
	}
	return frames
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}
