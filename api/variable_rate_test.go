package api_test

import (
	"context"
	"image"
	"image/color"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// ownTimes are times as a camera, a simulator and a screen have them: jitter, a pause of an hour,
// and frames 10 µs apart. The first one is later than 0.
func ownTimes() (pts []time.Duration) {
	at := 250 * time.Millisecond
	gaps := []time.Duration{
		25 * time.Millisecond, 100 * time.Millisecond, 31 * time.Millisecond, 40 * time.Millisecond, 7 * time.Millisecond,
		12 * time.Microsecond, 33 * time.Millisecond, time.Hour, 50 * time.Millisecond, 10 * time.Microsecond, 10 * time.Microsecond,
		10 * time.Microsecond, 60 * time.Millisecond, 90 * time.Second, 18 * time.Millisecond, 700 * time.Millisecond,
	}
	for range 3 {
		for _, gap := range gaps {
			pts = append(pts, at)
			at += gap
		}
	}
	return append(pts, at)
}

// onTicks returns the times in seconds, rounded to ticks as API.md promises.
func onTicks(pts []time.Duration, perSecond float64) (seconds []float64, moved int) {
	last := -1.0
	for _, at := range pts {
		tick := math.Round(at.Seconds() * perSecond)
		if tick <= last {
			tick, moved = last+1, moved+1
		}
		seconds, last = append(seconds, tick/perSecond), tick
	}
	return seconds, moved
}

// waysIn are the ways in which pictures of 32×32 come with their times.
var waysIn = map[string]func(ctx context.Context, v *api.VideoStream, pts []time.Duration) error{
	"AddFrames": func(ctx context.Context, v *api.VideoStream, pts []time.Duration) error {
		for len(pts) > 0 {
			n := min(5, len(pts))
			if err := v.AddFrames(ctx, api.Frames{Data: make([]byte, n*32*32*3), PTS: pts[:n]}); err != nil {
				return err
			}
			pts = pts[n:]
		}
		return nil
	},
	"AddImageAt": func(ctx context.Context, v *api.VideoStream, pts []time.Duration) error {
		img := image.NewRGBA(image.Rect(0, 0, 32, 32))
		for i, at := range pts {
			img.Set(i%32, i/32, color.White)
			if err := v.AddImageAt(ctx, img, at); err != nil {
				return err
			}
		}
		return nil
	},
	"Commit": func(ctx context.Context, v *api.VideoStream, pts []time.Duration) error {
		for _, at := range pts {
			p, err := v.Acquire(ctx)
			if err != nil {
				return err
			}
			p.PTS = at
			if err := v.Commit(ctx, p); err != nil {
				return err
			}
		}
		return nil
	},
}

// checkTimesIn checks the times of the packets of a stream of pictures.
func checkTimesIn(t *testing.T, path string, want []float64, within float64) {
	t.Helper()
	var got []float64
	for _, p := range mediatest.Packets(t, path) {
		if !math.IsNaN(p.DTS) {
			require.LessOrEqual(t, p.DTS, p.PTS)
		}
		got = append(got, p.PTS)
	}
	slices.Sort(got)
	require.Len(t, got, len(want))
	for i := range want {
		require.InDelta(t, want[i], got[i], within, "frame %d", i)
	}
}

// TestVariableRate: the frames of a file have the times with which they were given.
func TestVariableRate(t *testing.T) {
	mediatest.NoLeaks(t)
	pts := ownTimes()
	for _, c := range []struct {
		extension, codec, preset string
		ticks, clock             float64 // per second: of the encoder, of the container
	}{
		{"mp4", "libx264", "ultrafast", 90000, 90000},
		{"mp4", "libx264", "medium", 90000, 90000},
		{"mov", "libx264", "medium", 90000, 90000},
		{"mkv", "libx264", "medium", 90000, 1000},
		{"webm", "libvpx", "", 90000, 1000},
		{"ts", "libx264", "medium", 90000, 90000},
		{"flv", "libx264", "medium", 90000, 1000},
		{"nut", "libx264", "medium", 90000, 90000},
		{"mp4", "mpeg4", "", 60000, 60000},
	} {
		for name, feed := range waysIn {
			t.Run(c.extension+" "+c.codec+" "+c.preset+" "+name, func(t *testing.T) {
				path := temporary(t, "own."+c.extension)
				ctx, enc := context.Background(), api.NewEncoder()
				v := addVideo(t, enc, api.VideoConfig{
					Width: 32, Height: 32, FrameRate: 30, Codec: c.codec, Preset: c.preset, VariableRate: true,
				})
				require.NoError(t, enc.OpenFile(ctx, path))
				require.NoError(t, feed(ctx, v, pts))
				require.NoError(t, enc.Close())
				want, moved := onTicks(pts, c.ticks)
				checkTimesIn(t, path, want, 0.51/c.clock)
				stats := enc.Stats().Streams[0]
				require.EqualValues(t, moved, stats.Moved)
				require.InDelta(t, want[len(want)-1]+1.0/30, stats.Fed.Seconds(), 1e-4)
				require.InDelta(t, want[len(want)-1]+1.0/30, stats.Encoded.Seconds(), 1e-4)
			})
		}
	}
}
