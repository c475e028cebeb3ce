package api_test

import (
	"context"
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// The latency of an output is that of its own writer and of the encoder's delay, per stream.
func TestLatency(t *testing.T) {
	mediatest.NoLeaks(t)
	slow := &gatedWriter{gate: make(chan struct{})}
	enc := api.NewEncoder()
	v, a := addVideo(t, enc, numberedVideo()), addAudio(t, enc, stereoAAC())
	require.NoError(t, enc.Open(context.Background(), api.Writer(io.Discard, "mpegts"), api.Writer(slow, "mpegts", api.BestEffort())))
	require.Empty(t, enc.Stats().Outputs[0].Latency)
	require.NoError(t, feedBoth(v, a, 30))
	require.NoError(t, enc.Sync(context.Background()))
	require.Eventually(t, func() bool { return len(enc.Stats().Outputs[0].Latency) == 2 }, time.Minute, time.Millisecond)
	const atLeast = 200 * time.Millisecond
	fed := time.Now()
	require.Eventually(t, func() bool { return time.Since(fed) > atLeast }, time.Minute, time.Millisecond)
	slow.set(true)
	require.NoError(t, enc.Close())
	s := enc.Stats()
	for stream, l := range s.Outputs[0].Latency {
		require.Equal(t, stream, l.Stream)
		require.Positive(t, l.P50)
		require.GreaterOrEqual(t, l.P99, l.P50)
	}
	require.Len(t, s.Outputs[1].Latency, 2)
	require.Greater(t, s.Outputs[1].Latency[0].P50, atLeast)
	require.Greater(t, s.Outputs[1].Latency[1].P99, atLeast)
	require.Equal(t, s.Outputs, enc.Stats().Outputs, "they stay")
}
