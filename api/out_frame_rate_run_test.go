package api_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// TestRateIsAnActor looks at the actors of a stream with OutFrameRate, at their counters, and at
// what they make with a thread for each and with one thread for all.
func TestRateIsAnActor(t *testing.T) {
	mediatest.NoLeaks(t)
	cfg := numberedVideo()
	cfg.FrameRate, cfg.OutFrameRate = 10, 25
	encode := func(budget int) (stats api.Stats, file api.MemoryFile) {
		enc, streams := sharing(t, api.NewThreadBudget(budget), cfg)
		require.NoError(t, enc.OpenWriter(context.Background(), &file, "mkv"))
		addNumbered(t, streams[0], 0, 20)
		require.NoError(t, enc.Close())
		stats = enc.Stats()
		requireLaw(t, stats, true)
		return stats, file
	}
	apart, want := encode(4)
	together, got := encode(1)
	require.Equal(t, want.Bytes(), got.Bytes())
	counters := func(s api.Stats) (all []api.NodeStats) {
		for _, n := range s.Nodes {
			all = append(all, api.NodeStats{Name: n.Name, In: n.In, Out: n.Out, Held: n.Held})
		}
		return all
	}
	require.Equal(t, []api.NodeStats{
		{Name: "convert", In: 20, Out: 20}, {Name: "rate", In: 20, Out: 50}, {Name: "encode", In: 50, Out: 50}, {Name: "mux", In: 50},
	}, counters(apart))
	require.Equal(t, []api.NodeStats{{Name: "convert+rate+encode", In: 20, Out: 50}, {Name: "mux", In: 50}}, counters(together))
	for _, s := range []api.Stats{apart, together} {
		require.Equal(t, int64(20), s.Streams[0].Accepted)
		require.Equal(t, 2*time.Second, s.Streams[0].Fed, "in media time of the input")
		require.Equal(t, 2*time.Second, s.Streams[0].Encoded)
		require.Equal(t, int64(50), s.Streams[0].Packets)
	}
}

// TestRateHoldsOneFrame: it tells so, and Sync leaves it there.
func TestRateHoldsOneFrame(t *testing.T) {
	mediatest.NoLeaks(t)
	cfg := numberedVideo()
	cfg.FrameRate, cfg.OutFrameRate, cfg.Codec, cfg.Preset = 30, 60, "mpeg4", ""
	enc := api.NewEncoder()
	v := addVideo(t, enc, cfg)
	var file api.MemoryFile
	require.NoError(t, enc.OpenWriter(context.Background(), &file, "mkv"))
	addNumbered(t, v, 0, 5)
	require.NoError(t, enc.Sync(context.Background()))
	stats := enc.Stats()
	require.Equal(t, int64(8), stats.Streams[0].Packets)
	for _, n := range stats.Nodes {
		held := int64(0)
		if n.Name == "rate" {
			held = 1
		}
		require.Equal(t, held, n.Held, n.Name)
	}
	require.NoError(t, v.End())
	require.NoError(t, enc.Sync(context.Background()))
	require.Equal(t, int64(10), enc.Stats().Streams[0].Packets)
	require.NoError(t, enc.Close())
}

// TestLogOfOutFrameRate: the line "open" names both rates.
func TestLogOfOutFrameRate(t *testing.T) {
	mediatest.NoLeaks(t)
	core, logs := observer.New(zap.InfoLevel)
	cfg := numberedVideo()
	cfg.FrameRate, cfg.OutFrameRate = 30000.0/1001, 25
	enc := api.NewEncoder(api.WithLogger(zap.New(core)))
	addVideo(t, enc, cfg)
	require.NoError(t, enc.OpenWriter(context.Background(), &api.MemoryFile{}, "mkv"))
	require.NoError(t, enc.Close())
	stream, _ := logs.FilterMessage("open").All()[0].ContextMap()["stream0"].(map[string]any)
	require.Equal(t, "25", stream["rate"])
	require.Equal(t, "30000/1001", stream["input_rate"])
}

// TestFewInstants feeds many frames of which hardly one is shown, or none.
func TestFewInstants(t *testing.T) {
	mediatest.NoLeaks(t)
	n := 20_000
	if mediatest.Long(t) {
		n = 1_000_000
	}
	for _, c := range []struct {
		rate    float64 // with which they last 1.6 million seconds, and 1 second
		packets int64
	}{{float64(n) / 1.6e6, 2}, {float64(n), 0}} {
		enc := api.NewEncoder()
		v := addVideo(t, enc, api.VideoConfig{
			Width: 2, Height: 2, FrameRate: c.rate, OutFrameRate: 0.000001, Codec: "rawvideo", InputFormat: "gray",
		})
		require.NoError(t, enc.OpenWriter(context.Background(), &api.MemoryFile{}, "mkv"))
		require.NoError(t, v.AddFrames(context.Background(), api.Frames{Data: make([]byte, 4*n), Layout: api.Raw}))
		require.NoError(t, enc.Close())
		s := enc.Stats().Streams[0]
		require.Equal(t, int64(n), s.Accepted)
		require.Equal(t, c.packets, s.Packets)
	}
}

// TestEndlessRepeatsCanBeStopped: a frame of a million seconds is repeated a million times a
// second.
func TestEndlessRepeatsCanBeStopped(t *testing.T) {
	mediatest.NoLeaks(t)
	boom := errors.New("boom")
	for name, stop := range map[string]func(enc *api.Encoder, end context.CancelCauseFunc) error{
		"Abort":    func(enc *api.Encoder, _ context.CancelCauseFunc) error { return enc.Abort(boom) },
		"the run":  func(enc *api.Encoder, end context.CancelCauseFunc) error { end(boom); return enc.Close() },
		"Close":    func(enc *api.Encoder, _ context.CancelCauseFunc) error { return closeWithin(enc, boom) },
		"the call": func(*api.Encoder, context.CancelCauseFunc) error { return nil },
	} {
		for _, budget := range []int{1, 4} {
			t.Run(name, func(t *testing.T) {
				cfg := numberedVideo()
				cfg.FrameRate, cfg.OutFrameRate = 0.000001, 1e6
				enc, streams := sharing(t, api.NewThreadBudget(budget), cfg)
				ctx, end := context.WithCancelCause(context.Background())
				defer end(nil)
				require.NoError(t, enc.OpenWriter(ctx, discard{}, "mkv"))
				call, cancel := context.WithCancelCause(context.Background())
				result := make(chan error)
				go func() { result <- streams[0].AddFrames(call, api.Frames{Data: numbered(0, 100), Layout: api.NHWC}) }()
				require.Eventually(t, func() bool { return enc.Stats().Streams[0].Packets > 200 }, time.Minute, time.Millisecond)
				if name == "the call" {
					cancel(boom)
					partial, ok := errors.AsType[*api.PartialError](<-result)
					require.True(t, ok)
					require.ErrorIs(t, partial, boom)
					require.Less(t, partial.Accepted, 100)
					require.NotZero(t, partial.Accepted)
					require.ErrorIs(t, enc.Abort(boom), boom)
					return
				}
				require.ErrorIs(t, stop(enc, end), boom)
				require.ErrorIs(t, <-result, boom)
				cancel(nil)
			})
		}
	}
}

// closeWithin closes with a context that ends at once.
func closeWithin(enc *api.Encoder, cause error) error {
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(cause)
	return enc.CloseContext(ctx)
}

// TestOwnTimesAtAConstantRate compares frames with times of their own, at a constant rate, with
// what the ffmpeg command's fps filter makes of them.
func TestOwnTimesAtAConstantRate(t *testing.T) {
	mediatest.NoLeaks(t)
	seeds := uint64(2)
	if mediatest.Long(t) {
		seeds = 20
	}
	for seed := range seeds {
		random := rand.New(rand.NewPCG(seed, 3))
		times, ticks := irregularTimes(random, 40)
		const frame = 3003 // ticks that the last frame is shown for, at 29.97 frames per second
		var expression strings.Builder
		for k, tick := range append(ticks, ticks[39]+frame) {
			fmt.Fprintf(&expression, "%d*eq(N,%d)+", tick, k)
		}
		filter := fmt.Sprintf("settb=1/90000,setpts='%s0',fps=25", &expression)
		raw, theirs, ours := temporary(t, "numbers.rgb"), temporary(t, "theirs.mp4"), temporary(t, "ours.mp4")
		require.NoError(t, os.WriteFile(raw, numbered(0, 40), 0o644))
		command(t, nil, "-v", "error", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", "64x64", "-r", "30", "-i", raw,
			"-vf", filter, "-fps_mode", "passthrough", "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", theirs)

		enc := api.NewEncoder()
		cfg := numberedVideo()
		cfg.FrameRate, cfg.VariableRate, cfg.OutFrameRate = 29.97, true, 25
		v := addVideo(t, enc, cfg)
		require.NoError(t, enc.OpenFile(context.Background(), ours))
		require.NoError(t, v.AddFrames(context.Background(), api.Frames{Data: numbered(0, 40), Layout: api.NHWC, PTS: times}))
		require.NoError(t, enc.Close())
		numbers := func(path string) []int { return numbersOf(mediatest.Pictures(t, path, 0, "gray")) }
		require.Equal(t, numbers(theirs), numbers(ours))
		require.Equal(t, frameTable(t, theirs, "mp4"), frameTable(t, ours, "mp4"))
	}
}

// irregularTimes returns times with jitter and pauses, and the same in 1/90000 s.
func irregularTimes(random *rand.Rand, n int) (times []time.Duration, ticks []int64) {
	next := time.Duration(random.Int64N(int64(time.Second)))
	for range n {
		times = append(times, next)
		ticks = append(ticks, (next.Nanoseconds()*90_000+500_000_000)/1_000_000_000)
		next += time.Millisecond + time.Duration(random.Int64N(int64(80*time.Millisecond)))
		if random.IntN(10) == 0 {
			next += time.Second
		}
	}
	return times, ticks
}

// TestRepeatsFillAnyPause: a pause that mp4 cannot hold is no pause in what is encoded.
func TestRepeatsFillAnyPause(t *testing.T) {
	mediatest.NoLeaks(t)
	cfg := numberedVideo()
	cfg.FrameRate, cfg.VariableRate, cfg.OutFrameRate = 0.01, true, 0.01
	path := temporary(t, "pause.mp4")
	enc := api.NewEncoder()
	v := addVideo(t, enc, cfg)
	require.NoError(t, enc.OpenFile(context.Background(), path))
	times := []time.Duration{0, 100 * time.Hour}
	require.NoError(t, v.AddFrames(context.Background(), api.Frames{Data: numbered(0, 2), Layout: api.NHWC, PTS: times}))
	require.NoError(t, enc.Close())
	require.Equal(t, append(make([]int, 3600), 1), numbersOf(mediatest.Pictures(t, path, 0, "gray")))
	require.Equal(t, "360100.000000", mediatest.Probe(t, path).Streams[0].Duration)
}
