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
		{"ivf", "libvpx", "", 90000, 90000},
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

// badTime is a call with wrong times.
type badTime struct {
	name, extension, field string
	before                 []time.Duration // of frames that the stream has had
	call                   func(context.Context, *api.VideoStream) error
}

func badTimes() []badTime {
	const ms = time.Millisecond
	frames := func(n int) []byte { return make([]byte, n*32*32*3) }
	return []badTime{
		{"no times", "mp4", "PTS", nil, addAt(frames(2))},
		{"fewer times than frames", "mp4", "PTS", nil, addAt(frames(2), 0)},
		{"more times than frames", "mp4", "PTS", nil, addAt(frames(1), 0, ms)},
		{"times without frames", "mp4", "PTS", nil, addAt(nil, 0)},
		{"equal times", "mp4", "PTS", nil, addAt(frames(2), ms, ms)},
		{"falling times", "mp4", "PTS", nil, addAt(frames(3), ms, 3*ms, 2*ms)},
		{"not later than the last call", "mp4", "PTS", []time.Duration{5 * ms}, addAt(frames(2), 5*ms, 6*ms)},
		{"negative", "mp4", "PTS", nil, addAt(frames(1), -1)},
		{"gap beyond mp4", "mp4", "PTS", []time.Duration{0}, addAt(frames(1), 7*time.Hour)},
		{"gap beyond mp4 in a call", "mov", "PTS", nil, addAt(frames(3), 0, ms, 7*time.Hour)},
		{"beyond flv", "flv", "PTS", nil, addAt(frames(1), 25*24*time.Hour)},
		{"the largest time", "mp4", "PTS", []time.Duration{0}, addAt(frames(1), math.MaxInt64)},
		{"image too early", "mp4", "pts", []time.Duration{ms}, func(ctx context.Context, v *api.VideoStream) error {
			return v.AddImageAt(ctx, image.NewRGBA(image.Rect(0, 0, 32, 32)), ms)
		}},
		{"image without a time", "mp4", "VariableRate", nil, func(ctx context.Context, v *api.VideoStream) error {
			return v.AddImage(ctx, image.NewRGBA(image.Rect(0, 0, 32, 32)))
		}},
		{"picture too early", "mp4", "Picture.PTS", []time.Duration{ms}, func(ctx context.Context, v *api.VideoStream) error {
			p, err := v.Acquire(ctx)
			if err != nil {
				return err
			}
			return v.Commit(ctx, p)
		}},
	}
}

// feedBadTime opens a stream and makes the call, with whose error it calls check. It returns the
// path of the file.
func feedBadTime(t *testing.T, c badTime, check func(error)) (path string) {
	t.Helper()
	path = temporary(t, "bad."+c.extension)
	ctx, enc := context.Background(), api.NewEncoder()
	v := addVideo(t, enc, api.VideoConfig{
		Width: 32, Height: 32, FrameRate: 30, Codec: "libx264", Preset: "ultrafast", VariableRate: true,
	})
	require.NoError(t, enc.OpenFile(ctx, path))
	for _, at := range c.before {
		require.NoError(t, addAt(make([]byte, 32*32*3), at)(ctx, v))
	}
	check(c.call(ctx, v))
	require.NoError(t, addAt(make([]byte, 32*32*3), afterBadTime)(ctx, v), "the stream goes on")
	require.NoError(t, enc.Close())
	return path
}

// afterBadTime is the time of a frame that follows the wrong call.
const afterBadTime = time.Minute

// TestBadTimes: wrong times are refused with a *ConfigError, and nothing of the call is accepted.
func TestBadTimes(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, c := range badTimes() {
		t.Run(c.name, func(t *testing.T) {
			path := feedBadTime(t, c, func(err error) { requireField(t, err, c.field) })
			want, _ := onTicks(append(slices.Clone(c.before), afterBadTime), 90000)
			checkTimesIn(t, path, want, 0.00051)
		})
	}
}

// noteWrongTimes notes the errors about times.
func noteWrongTimes(t *testing.T, note func(name, field string, err error)) {
	for _, c := range badTimes() {
		feedBadTime(t, c, func(err error) { note("times: "+c.name, c.field, err) })
	}
	for _, c := range []struct{ name, file, codec string }{
		{"own times in avi", "a.avi", "mpeg4"}, {"own times in MPEG-2", "a.mkv", "mpeg2video"},
	} {
		enc := api.NewEncoder()
		_, err := enc.AddVideo(api.VideoConfig{Width: 64, Height: 64, FrameRate: 25, Codec: c.codec, VariableRate: true})
		if err == nil {
			err = enc.OpenFile(context.Background(), temporary(t, c.file))
		}
		note(c.name, "VariableRate", err)
		require.NoError(t, enc.Close())
	}
	_, err := api.NewEncoder().AddVideo(api.VideoConfig{
		Width: 64, Height: 64, FrameRate: 25, Codec: "mpeg4", ExtraOptions: map[string]any{"b": 300_000}, VariableRate: true,
	})
	note("a bit rate for MPEG-4 with own times", "ExtraOptions[b]", err)
}

// addAt returns a call of AddFrames with these times.
func addAt(data []byte, pts ...time.Duration) func(context.Context, *api.VideoStream) error {
	return func(ctx context.Context, v *api.VideoStream) error {
		return v.AddFrames(ctx, api.Frames{Data: data, PTS: pts})
	}
}

// TestTimesAtAConstantRate: times are refused where there are none.
func TestTimesAtAConstantRate(t *testing.T) {
	mediatest.NoLeaks(t)
	ctx, enc := context.Background(), api.NewEncoder()
	v := addVideo(t, enc, api.VideoConfig{Width: 32, Height: 32, FrameRate: 30, Codec: "libx264", Preset: "ultrafast"})
	require.NoError(t, enc.OpenFile(ctx, temporary(t, "constant.mp4")))
	var e *api.ConfigError
	require.ErrorAs(t, addAt(make([]byte, 32*32*3), time.Second)(ctx, v), &e)
	require.Equal(t, "PTS", e.Field)
	require.ErrorAs(t, v.AddImageAt(ctx, image.NewRGBA(image.Rect(0, 0, 32, 32)), time.Second), &e)
	require.Equal(t, "pts", e.Field)
	p, err := v.Acquire(ctx)
	require.NoError(t, err)
	p.PTS = time.Second
	require.ErrorAs(t, v.Commit(ctx, p), &e)
	require.Equal(t, "Picture.PTS", e.Field)
	require.NoError(t, v.AddImage(ctx, image.NewRGBA(image.Rect(0, 0, 32, 32))))
	require.NoError(t, enc.Close())
	require.EqualValues(t, 1, enc.Stats().Streams[0].Packets)
}

// TestConstantRateOnly: containers and encoders that know constant rates only refuse VariableRate,
// and the error names a way out, which works.
func TestConstantRateOnly(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, c := range []struct{ file, codec, field string }{
		{"a.avi", "mpeg4", "VariableRate"},
		{"a.asf", "mpeg4", "VariableRate"},
		{"a.mxf", "mpeg2video", "VariableRate"},
		{"a.swf", "flv", "VariableRate"},
		{"a.ogv", "libvpx", "VariableRate"},
		{"a.h264", "libx264", "VariableRate"},
		{"a.y4m", "", "VariableRate"},
		{"a.mjpeg", "mjpeg", "VariableRate"},
		{"a.mpg", "mpeg2video", "VariableRate"},
		{"a.mkv", "mpeg2video", "VariableRate"},
	} {
		t.Run(c.file+" "+c.codec, func(t *testing.T) {
			path := temporary(t, c.file)
			for _, rate := range []float64{0, 25} {
				ctx, enc := context.Background(), api.NewEncoder()
				v, err := enc.AddVideo(api.VideoConfig{
					Width: 64, Height: 64, FrameRate: 25, Codec: c.codec, VariableRate: true, OutFrameRate: rate,
				})
				if err == nil {
					err = enc.OpenFile(ctx, path)
				}
				var e *api.ConfigError
				if rate == 0 {
					require.ErrorAs(t, err, &e)
					require.Equal(t, c.field, e.Field)
					require.Contains(t, e.Reason, "OutFrameRate")
					require.NotEmpty(t, e.Supported)
					require.NoFileExists(t, path)
					continue
				}
				require.NoError(t, err)
				require.NoError(t, v.AddFrames(ctx, api.Frames{Data: make([]byte, 64*64*3), PTS: []time.Duration{0}}))
				require.NoError(t, enc.Close())
			}
		})
	}
}
