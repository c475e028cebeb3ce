package api_test

import (
	"context"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
	"github.com/avloom/avloom/pipeline"
)

// hundredths returns so many hundredths of the hour that the runs of these tests last.
func hundredths(n int) time.Duration { return time.Duration(n) * time.Hour / 100 }

// oneVideo is a run with a stream of pictures, its caller and its nodes busy for so many hundredths of the time, and its senders waiting.
func oneVideo(called int, busy, waited [3]int) api.Stats {
	s := api.Stats{Elapsed: time.Hour, Called: hundredths(called)}
	names := []string{"input", "convert", "encode", "mux"}
	for i, name := range names[1:] {
		stream := 0
		if name == "mux" {
			stream = pipeline.NoStream
		}
		s.Nodes = append(s.Nodes, api.NodeStats{Name: name, Stream: stream, Copies: 1, In: 1000, Busy: hundredths(busy[i])})
		s.Edges = append(s.Edges, api.EdgeStats{From: names[i], To: name, Sent: 1000, Received: 1000, Depth: 4, Blocked: hundredths(waited[i])})
	}
	return s
}

func changed(s api.Stats, change func(*api.Stats)) api.Stats {
	change(&s)
	return s
}

func TestBottleneck(t *testing.T) {
	silent := func(fed, encoded time.Duration) func(*api.Stats) {
		return func(s *api.Stats) {
			s.Streams = []api.StreamStats{
				{Stream: 0, Kind: "video", Fed: time.Minute, Encoded: time.Minute, Held: 240},
				{Stream: 1, Kind: "audio", Fed: fed, Encoded: encoded},
			}
		}
	}
	cases := map[string]struct {
		stats api.Stats
		want  string
	}{
		"before Open": {api.Stats{}, "nothing has run yet: the encoder is not open"},
		"nothing was fed": {
			changed(oneVideo(0, [3]int{}, [3]int{}), func(s *api.Stats) {
				for i := range s.Edges {
					s.Edges[i].Sent, s.Edges[i].Received = 0, 0
				}
			}),
			"the caller: nothing has been fed",
		},
		"a caller who takes his time": {
			oneVideo(12, [3]int{5, 30, 1}, [3]int{}),
			"the caller: nothing was being fed 88 % of the time, and no actor was busy more than 30 % (encode (stream 0)); more could be fed",
		},
		"a caller who feeds in bursts, which wait": {
			oneVideo(25, [3]int{5, 24, 1}, [3]int{20, 18, 0}),
			"the caller: nothing was being fed 75 % of the time, and no actor was busy more than 24 % (encode (stream 0)); more could be fed",
		},
		"a slow encoder": {
			oneVideo(100, [3]int{20, 95, 2}, [3]int{85, 80, 0}),
			"encode (stream 0): it was busy 95 % of the time, and convert waited for it 80 %",
		},
		"an encoder that a call waits in": {
			changed(oneVideo(100, [3]int{20, 95, 2}, [3]int{85, 80, 0}), func(s *api.Stats) { s.Nodes[1].InCall = 12345 * time.Millisecond }),
			"encode (stream 0): it was busy 95 % of the time, and convert waited for it 80 %, and its present call has taken 12.3s so far",
		},
		"a slow conversion": {
			changed(oneVideo(100, [3]int{190, 40, 2}, [3]int{60, 0, 0}), func(s *api.Stats) { s.Nodes[0].Copies = 2 }),
			"convert (stream 0): it was busy 95 % of the time, with all of its 2 copies, and input waited for it 60 %",
		},
		"a conversion that AddFrames itself waits for": {
			oneVideo(97, [3]int{90, 40, 2}, [3]int{}),
			"convert (stream 0): it was busy 90 % of the time",
		},
		"a slow destination": {
			changed(oneVideo(100, [3]int{2, 5, 98}, [3]int{96, 95, 94}), func(s *api.Stats) { s.Writing = hundredths(97) }),
			"mux: it was busy 98 % of the time, and 99 % of that in writes to the destination, which is slow, and encode (stream 0) waited for it 94 %",
		},
		"a slow container": {
			oneVideo(100, [3]int{2, 5, 98}, [3]int{96, 95, 94}),
			"mux: it was busy 98 % of the time, and encode (stream 0) waited for it 94 %",
		},
		"a container and an encoder that are nearly as slow": {
			oneVideo(100, [3]int{2, 90, 96}, [3]int{96, 95, 8}),
			"mux: it was busy 96 % of the time, and encode (stream 0) waited for it 8 %",
		},
		"a stream that is not fed": {
			changed(oneVideo(12, [3]int{5, 30, 1}, [3]int{}), silent(0, 0)),
			"the caller: nothing was being fed 88 % of the time, and no actor was busy more than 30 % (encode (stream 0)); more could be fed; " +
				"mux holds 240 packets of stream 0 back for stream 1 (audio), which is 1m0s behind: the caller has fed no more of it; End it if nothing is to come",
		},
		"a stream whose encoder lags": {
			changed(oneVideo(100, [3]int{20, 95, 2}, [3]int{85, 80, 0}), silent(time.Minute, 50*time.Second)),
			"encode (stream 0): it was busy 95 % of the time, and convert waited for it 80 %; " +
				"mux holds 240 packets of stream 0 back for stream 1 (audio), which is 10s behind: its encoder has more to give",
		},
		"a stream that has ended": {
			changed(changed(oneVideo(100, [3]int{20, 95, 2}, [3]int{85, 80, 0}), silent(0, 0)), func(s *api.Stats) { s.Streams[1].Ended = true }),
			"encode (stream 0): it was busy 95 % of the time, and convert waited for it 80 %",
		},
		"after Close": {
			changed(changed(oneVideo(100, [3]int{20, 95, 2}, [3]int{85, 80, 0}), silent(0, 0)), func(s *api.Stats) { s.Over, s.Nodes[1].InCall = true, time.Hour }),
			"encode (stream 0): it was busy 95 % of the time, and convert waited for it 80 %",
		},
		"what was put together by hand, waiting": {
			api.Stats{
				Elapsed: time.Hour,
				Nodes:   []api.NodeStats{{Name: "encode", Stream: 1}, {Name: "mux", Stream: pipeline.NoStream}},
				Edges:   []api.EdgeStats{{From: "encode", To: "mux", Stream: 1, Received: 1, Blocked: hundredths(50)}},
			},
			"mux: it was busy 0 % of the time, and encode (stream 1) waited for it 50 %",
		},
		"what was put together by hand, not waiting": {
			api.Stats{Elapsed: time.Hour, Edges: []api.EdgeStats{{From: "convert", To: "encode", Received: 1, Blocked: hundredths(1)}}},
			"the caller: no actor waits for another; more could be fed",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) { require.Equal(t, c.want, c.stats.Bottleneck()) })
	}
}

// Which actor limits the run is asked until the answer is as it should be: the shares only come near to what they will be.
func TestBottleneckOfRuns(t *testing.T) {
	ctx := context.Background()
	t.Run("a caller who does nothing", func(t *testing.T) {
		mediatest.NoLeaks(t)
		enc := api.NewEncoder()
		defer enc.Abort(nil)
		v := addVideo(t, enc, numberedVideo())
		require.NoError(t, enc.OpenWriter(ctx, io.Discard, "mkv"))
		addNumbered(t, v, 0, 1)
		awaitBottleneck(t, enc, "the caller: nothing was being fed", nil)
		require.NoError(t, enc.Close())
	})
	t.Run("a slow encoder", func(t *testing.T) {
		mediatest.NoLeaks(t)
		enc := api.NewEncoder()
		defer enc.Abort(nil)
		v := addVideo(t, enc, api.VideoConfig{Width: 320, Height: 240, FrameRate: 30, Codec: "libx264", Preset: "veryslow", Threads: 1})
		require.NoError(t, enc.OpenWriter(ctx, io.Discard, "mkv"))
		frame := make([]byte, 320*240*3)
		awaitBottleneck(t, enc, "encode (stream 0): it was busy", func(k int) {
			for i := range frame {
				frame[i] += byte(i * k)
			}
			require.NoError(t, v.AddFrames(ctx, api.Frames{Data: frame, Layout: api.NHWC}))
		})
		require.ErrorIs(t, enc.Abort(nil), api.ErrAborted)
	})
	t.Run("a slow conversion", func(t *testing.T) {
		mediatest.NoLeaks(t)
		enc := api.NewEncoder()
		defer enc.Abort(nil)
		v := addVideo(t, enc, api.VideoConfig{Width: 640, Height: 480, FrameRate: 30, Codec: "rawvideo", PixelFormat: "yuv420p", InputFormat: "gbrp16le"})
		require.NoError(t, enc.OpenWriter(ctx, io.Discard, "nut"))
		frames := make([]byte, 10*640*480*6)
		awaitBottleneck(t, enc, "convert (stream 0): it was busy", func(int) {
			require.NoError(t, v.AddFrames(ctx, api.Frames{Data: frames, Layout: api.Raw}))
		})
		require.NoError(t, enc.Close())
	})
	t.Run("a stream that is not fed", func(t *testing.T) {
		mediatest.NoLeaks(t)
		enc := api.NewEncoder()
		defer enc.Abort(nil)
		cfg := numberedVideo()
		cfg.ExtraOptions = map[string]any{"tune": "zerolatency"}
		v, a := addVideo(t, enc, cfg), addAudio(t, enc, stereo())
		require.NoError(t, enc.OpenWriter(ctx, io.Discard, "mkv"))
		addNumbered(t, v, 0, 60)
		awaitBottleneck(t, enc, "mux holds 60 packets of stream 0 back for stream 1 (audio), which is 2s behind: the caller has fed no more of it", nil)
		require.NoError(t, a.End())
		for enc.Stats().Streams[0].Held > 0 {
			addNumbered(t, v, 0, 1)
		}
		require.NotContains(t, enc.Stats().Bottleneck(), "mux holds")
		require.NoError(t, enc.Close())
	})
}

// awaitBottleneck feeds until the encoder's bottleneck is said to be what it should be.
func awaitBottleneck(t *testing.T, enc *api.Encoder, want string, feed func(k int)) {
	t.Helper()
	require.Eventually(t, func() bool {
		for k := range 3 {
			if feed != nil {
				feed(k)
			}
		}
		return strings.Contains(enc.Stats().Bottleneck(), want)
	}, time.Minute, time.Millisecond, "want %q", want)
}

func TestBottleneckIsTheDestination(t *testing.T) {
	mediatest.NoLeaks(t)
	stuck := newStuckWriter()
	enc := api.NewEncoder(api.WithQueueDepth(1))
	v := addVideo(t, enc, numberedVideo())
	require.NoError(t, enc.OpenWriter(context.Background(), withClose{stuck}, "mpegts"))
	var feeding sync.WaitGroup
	feeding.Go(func() {
		for i := 0; v.AddFrames(context.Background(), api.Frames{Data: numbered(i, 1), Layout: api.NHWC}) == nil; i++ {
		}
	})
	<-stuck.stuck
	awaitBottleneck(t, enc, "in writes to the destination, which is slow", nil)
	awaitBottleneck(t, enc, "encode (stream 0) waited for it", nil)
	s := enc.Stats()
	require.Greater(t, s.Writing, time.Duration(0), "a write that does not return is counted")
	require.Positive(t, s.Nodes[2].InCall)
	require.Regexp(t, "^mux: it was busy", s.Bottleneck())
	require.Eventually(t, func() bool {
		return strings.HasPrefix(enc.Stats().Since(s).Bottleneck(), "mux: it was busy 100 % of the time, and 100 % of that in writes")
	}, time.Minute, time.Millisecond, "since then it was nothing else")
	require.ErrorIs(t, enc.Abort(nil), api.ErrAborted)
	feeding.Wait()
	over := enc.Stats()
	require.True(t, over.Over)
	require.Equal(t, over, enc.Stats(), "a run that is over stands still")
}
