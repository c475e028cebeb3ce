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
)

// Which actor limits the run is asked until the answer is as it should be: the shares only come
// near to what they will be.
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
		v := addVideo(
			t,
			enc,
			api.VideoConfig{Width: 320, Height: 240, FrameRate: 30, Codec: "libx264", Preset: "veryslow", Threads: 1},
		)
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
		v := addVideo(
			t,
			enc,
			api.VideoConfig{
				Width:       640,
				Height:      480,
				FrameRate:   30,
				Codec:       "rawvideo",
				PixelFormat: "yuv420p",
				InputFormat: "gbrp16le",
			},
		)
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
		awaitBottleneck(
			t,
			enc,
			"mux holds 60 packets of stream 0 back for stream 1 (audio), which is 2s behind: the caller has fed no more of it",
			nil,
		)
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
		return strings.HasPrefix(
			enc.Stats().Since(s).Bottleneck(),
			"mux: it was busy 100 % of the time, and 100 % of that in writes",
		)
	}, time.Minute, time.Millisecond, "since then it was nothing else")
	require.ErrorIs(t, enc.Abort(nil), api.ErrAborted)
	feeding.Wait()
	over := enc.Stats()
	require.True(t, over.Over)
	require.Equal(t, over, enc.Stats(), "a run that is over stands still")
}
