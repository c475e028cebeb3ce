package api_test

import (
	"context"
	"math"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// TestSilenceUntilTheNearestSample checks where the sound that follows begins, which times are too
// early, and that the time which the error tells is accepted.
func TestSilenceUntilTheNearestSample(t *testing.T) {
	mediatest.NoLeaks(t)
	ctx, enc, path := context.Background(), api.NewEncoder(), temporary(t, "silence.wav")
	a := addAudio(t, enc, api.AudioConfig{SampleRate: 44100, NumChannels: 2})
	require.NoError(t, enc.OpenFile(ctx, path))
	accepted := func() int64 { return enc.Stats().Streams[0].Accepted }
	want := make([]int16, 0, 2*44100)
	mark := func() {
		require.NoError(t, a.AddInt16(ctx, []int16{1000, -1000}))
		want = append(want, 1000, -1000)
	}
	for _, step := range []struct {
		at    time.Duration
		until int // the sample
	}{
		{0, 0},
		{34 * time.Microsecond, 1}, // 1.4994 samples; one was added
		{35 * time.Microsecond, 2}, // 1.5435
		{3 * 22675 * time.Nanosecond, 3},
		{time.Second / 3, 14700},
		{time.Second/3 + 22676*time.Nanosecond, 14701},
		{time.Second, 44100},
	} {
		require.NoError(t, a.SilenceUntil(ctx, step.at), step.at)
		require.NoError(t, a.SilenceUntil(ctx, step.at), "again")
		want = append(want, make([]int16, 2*step.until-len(want))...)
		require.EqualValues(t, step.until, accepted(), step.at)
		mark()
	}
	for _, at := range []time.Duration{-1, math.MinInt64, 0, time.Second} {
		err := a.SilenceUntil(ctx, at)
		var config *api.ConfigError
		require.ErrorAs(t, err, &config)
		require.Equal(t, "at", config.Field)
		require.Equal(t, at, config.Value)
		if at >= 0 {
			require.ErrorContains(t, err, "has reached 1.000022676s (44101 samples at 44100 Hz)")
		}
	}
	require.NoError(t, a.SilenceUntil(ctx, 1000022676))
	require.NoError(t, a.SilenceUntil(ctx, 1000011338), "44100.5 samples")
	require.EqualValues(t, 44101, accepted())
	require.NoError(t, enc.Close())
	requireSame16(t, want, int16sOf(mediatest.Run(t, "sox", path, "-t", "raw", "-e", "signed", "-b", "16", "-L", "-")))
}

// tally is a destination that keeps nothing, and tells once so many bytes have come.
type tally struct {
	left int
	done func()
}

func (w *tally) Write(p []byte) (int, error) {
	if w.left > 0 && w.left <= len(p) {
		w.done()
	}
	w.left -= len(p)
	return len(p), nil
}

// TestSilenceOfAThousandHours is streamed, and ends with the call's context. What comes after it is
// added to what was accepted.
func TestSilenceOfAThousandHours(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, at := range []time.Duration{1000 * time.Hour, math.MaxInt64} {
		ctx, cancel := context.WithCancelCause(context.Background())
		enc := api.NewEncoder()
		a := addAudio(t, enc, api.AudioConfig{SampleRate: 48000, NumChannels: 8, Codec: "pcm_s16le"})
		w := &tally{left: 100 << 20, done: func() { cancel(errGivenUp) }}
		require.NoError(t, enc.OpenWriter(context.Background(), w, "nut"))
		require.NoError(t, a.AddInt16(ctx, make([]int16, 8*77)))
		err := a.SilenceUntil(ctx, at)
		require.ErrorIs(t, err, errGivenUp)
		var partial *api.PartialError
		require.ErrorAs(t, err, &partial)
		require.Greater(t, partial.Accepted, 6_000_000)
		require.Less(t, partial.Accepted, 10_000_000)
		reached := int64(77 + partial.Accepted)
		require.Equal(t, reached, enc.Stats().Streams[0].Accepted)
		require.ErrorContains(t, a.SilenceUntil(context.Background(), time.Second), "has reached")
		next := time.Duration(reached+48)*time.Second/48000 + 1 // whose nearest sample is 48 later
		require.NoError(t, a.SilenceUntil(context.Background(), next))
		require.Equal(t, reached+48, enc.Stats().Streams[0].Accepted)
		require.NoError(t, enc.Close())
	}
}

// TestSilenceTakesTurns: of calls at the same time, each fills up from what the one before reached.
func TestSilenceTakesTurns(t *testing.T) {
	mediatest.NoLeaks(t)
	ctx, enc := context.Background(), api.NewEncoder()
	a := addAudio(t, enc, api.AudioConfig{SampleRate: 48000, NumChannels: 1, Codec: "pcm_s16le"})
	require.NoError(t, enc.OpenWriter(ctx, discard{}, "nut"))
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if err := a.SilenceUntil(ctx, 10*time.Second); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	require.EqualValues(t, 480000, enc.Stats().Streams[0].Accepted)
	require.NoError(t, enc.Close())
}

// noteWrongSound notes what is said about sound that cannot be added.
func noteWrongSound(t *testing.T, note func(name, field string, err error)) {
	t.Helper()
	ctx, enc := context.Background(), api.NewEncoder()
	a := addAudio(t, enc, stereo())
	require.NoError(t, enc.OpenWriter(ctx, new(api.MemoryFile), "wav"))
	note("samples of other channels", "samples", a.AddSamples(ctx, make([][]float32, 3)))
	note("channels of other lengths", "samples[1]", a.AddSamples(ctx, [][]float32{{0}, {0, 0}}))
	note("interleaved samples that are not whole", "samples", a.AddInterleaved(ctx, make([]float32, 5)))
	note("interleaved samples of 16 bits that are not whole", "samples", a.AddInt16(ctx, make([]int16, 1)))
	require.NoError(t, a.SilenceUntil(ctx, time.Second))
	note("silence until a time before the begin", "at", a.SilenceUntil(ctx, -time.Second))
	note("silence until a time that has passed", "at", a.SilenceUntil(ctx, time.Second/2))
	require.EqualValues(t, 48000, enc.Stats().Streams[0].Accepted)
	require.NoError(t, enc.Close())
}
