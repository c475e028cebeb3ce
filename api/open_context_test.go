package api_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// spyCore is the core of a logger that is told when Open comes to a stream: it gets a logger of its
// own then.
type spyCore struct {
	zapcore.Core
	onStream func()
}

func (c spyCore) With(fields []zapcore.Field) zapcore.Core {
	if slices.ContainsFunc(fields, func(f zapcore.Field) bool { return f.Key == "stream" }) {
		c.onStream()
	}
	return c
}

// awake takes lines of all levels, and keeps none.
type awake struct{ zapcore.Core }

func (awake) Enabled(zapcore.Level) bool { return true }

// TestOpenHearsItsContextBetweenEncoders ends the context when the third of many encoders is about
// to be opened: no other is.
func TestOpenHearsItsContextBetweenEncoders(t *testing.T) {
	mediatest.NoLeaks(t)
	cause := errors.New("enough")
	ctx, cancel := context.WithCancelCause(context.Background())
	var streams atomic.Int32
	enc := api.NewEncoder(api.WithLogger(zap.New(spyCore{awake{zapcore.NewNopCore()}, func() {
		if streams.Add(1) == 3 {
			cancel(cause)
		}
	}})))
	for range 100 {
		addVideo(t, enc, numberedVideo())
	}
	require.Equal(t, cause, enc.OpenWriter(ctx, io.Discard, "mkv"))
	require.EqualValues(t, 3, streams.Load())
	require.Zero(t, enc.Stats().Abandoned, "nothing has blocked")
}

// awaitGone waits until no goroutine is in a function.
func awaitGone(t *testing.T, function string) {
	t.Helper()
	stacks := make([]byte, 1<<20)
	for deadline := time.Now().Add(time.Minute); strings.Contains(string(stacks[:runtime.Stack(stacks, true)]), function); runtime.Gosched() {
		require.True(t, time.Now().Before(deadline), "a goroutine is still in "+function)
	}
}

// threeChannels are sound whose channels mean other things to other encoders.
func threeChannels() api.AudioConfig { return api.AudioConfig{SampleRate: 48000, NumChannels: 3} }

// TestOpenLeftBehindChangesNothing leaves an Open behind, which goes on when the next has opened
// the encoder for another container.
func TestOpenLeftBehindChangesNothing(t *testing.T) {
	mediatest.NoLeaks(t)
	samples := tone(3, 0, 30_000)
	encode := func(enc *api.Encoder, a *api.AudioStream, opened func()) []byte {
		var memory api.MemoryFile
		require.NoError(t, enc.OpenWriter(context.Background(), &memory, "mkv"))
		opened()
		require.NoError(t, a.AddSamples(context.Background(), samples))
		require.NoError(t, enc.Close())
		return memory.Bytes()
	}
	fresh := api.NewEncoder()
	want := encode(fresh, addAudio(t, fresh, threeChannels()), func() {})

	var opens atomic.Int32
	inside, gate := make(chan struct{}), make(chan struct{})
	enc := api.NewEncoder(api.WithLogger(zap.New(spyCore{awake{zapcore.NewNopCore()}, func() {
		if opens.Add(1) == 1 {
			close(inside)
			<-gate
		}
	}})))
	a := addAudio(t, enc, threeChannels())
	ctx, cancel := context.WithCancel(context.Background())
	go func() { <-inside; cancel() }()
	require.ErrorIs(t, enc.OpenWriter(ctx, io.Discard, "webm"), context.Canceled)
	require.Equal(t, 1, enc.Stats().Abandoned)
	got := encode(enc, a, func() {
		close(gate)
		awaitGone(t, "pipeline.(*attempt")
	})
	require.True(t, bytes.Equal(want, got), "it changed how the samples are understood")
}

// TestConfigsAreCopied changes what a config refers to after the stream was added.
func TestConfigsAreCopied(t *testing.T) {
	mediatest.NoLeaks(t)
	encode := func(change func(*api.VideoConfig, *api.AudioConfig)) []byte {
		crf := 20.0
		video, audio := numberedVideo(), stereo()
		video.CRF, video.ExtraOptions = &crf, map[string]any{"g": 7}
		audio.Codec, audio.ExtraOptions = "aac", map[string]any{"aac_coder": "fast"}
		var memory api.MemoryFile
		enc := api.NewEncoder()
		v, a := addVideo(t, enc, video), addAudio(t, enc, audio)
		change(&video, &audio)
		require.NoError(t, enc.OpenWriter(context.Background(), &memory, "mkv"))
		require.NoError(t, feedBoth(v, a, 20))
		require.NoError(t, enc.Close())
		return memory.Bytes()
	}
	require.True(
		t,
		bytes.Equal(encode(func(*api.VideoConfig, *api.AudioConfig) {}), encode(func(v *api.VideoConfig, a *api.AudioConfig) {
			*v.CRF = 51
			v.ExtraOptions["g"] = 1
			v.ExtraOptions["bf"] = 0
			a.ExtraOptions["aac_coder"] = "twoloop"
		})),
	)
}
