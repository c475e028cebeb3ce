package api_test

import (
	"bytes"
	"context"
	"io"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// recordBeside opens an encoder for a recording and another output, with a key frame every ten
// frames.
func recordBeside(t *testing.T, enc *api.Encoder, o api.Output) (v *api.VideoStream, a *api.AudioStream, path string) {
	t.Helper()
	cfg := numberedVideo()
	cfg.KeyInterval = 10
	v, a = addVideo(t, enc, cfg), addAudio(t, enc, stereoAAC())
	path = temporary(t, "recording.mp4")
	require.NoError(t, enc.Open(context.Background(), api.File(path), o))
	return v, a, path
}

func stereoAAC() api.AudioConfig {
	return api.AudioConfig{SampleRate: 48000, NumChannels: 2, Codec: "aac"}
}

// requireRecording checks that a recording has all frames, and their sound.
func requireRecording(t *testing.T, path string, frames int) {
	t.Helper()
	require.Equal(t, counting(frames), numbersOf(mediatest.Pictures(t, path, 0, "gray")))
	require.InDelta(t, frames*1600, len(mediatest.Sound(t, path, 1)[0]), 1600)
}

const (
	beginsToLose = "an output does not keep up, and loses packets"
	hasLost      = "an output lost packets"
	hasFailed    = "an output failed; the others go on"
)

// An output that blocks for ever costs the recording nothing, and Close not more than a second.
func TestBestEffortThatBlocks(t *testing.T) {
	mediatest.NoLeaks(t)
	for name, c := range map[string]struct {
		wrap      func(*stuckWriter) io.Writer
		abandoned int
	}{
		"woken by its deadline": {func(w *stuckWriter) io.Writer { return withDeadline{w} }, 0},
		"woken by Close":        {func(w *stuckWriter) io.Writer { return withClose{w} }, 0},
		"cannot be woken":       {func(w *stuckWriter) io.Writer { return w }, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stuck := newStuckWriter()
			enc, logs := observed(zap.InfoLevel)
			v, a, path := recordBeside(t, enc, api.Writer(c.wrap(stuck), "mpegts", api.BestEffort()))
			require.NoError(t, feedBoth(v, a, 300))
			<-stuck.stuck
			require.NoError(t, enc.Sync(context.Background()))
			s := enc.Stats()
			requireLaw(t, s, false)
			o := s.Outputs[1]
			require.Equal(t, "losing", o.State)
			require.Equal(t, []int{256, 256}, []int{o.Queued, o.Depth})
			require.Positive(t, o.Lost)
			require.NoError(t, o.Err)
			requireSoon(t, func() { require.NoError(t, enc.Close()) })
			s = enc.Stats()
			o = s.Outputs[1]
			require.Equal(t, c.abandoned, s.Abandoned)
			require.Equal(t, "ended", o.State)
			require.ErrorContains(t, o.Err, "did not finish within")
			requireRecording(t, path, 300)
			require.Equal(t, 1, logs.FilterMessage(beginsToLose).Len())
			require.Equal(t, 1, logs.FilterMessage(hasFailed).Len())
			closed := logs.FilterMessage("closed").All()
			require.Len(t, closed, 1)
			require.EqualValues(t, o.Lost, closed[0].ContextMap()["lost_packets"].(map[string]any)["mux 1"])
			if c.abandoned > 0 {
				close(stuck.woken)
			}
		})
	}
}

// An output that fails is closed, and the recording goes on.
func TestBestEffortThatFails(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, limit := range []int{0, 100, 20_000} {
		enc, logs := observed(zap.InfoLevel)
		v, a, path := recordBeside(t, enc, api.Writer(&limitedWriter{left: limit}, "mp4", api.BestEffort()))
		require.NoError(t, feedBoth(v, a, 120))
		requireState(t, enc, 1, "ended")
		require.NoError(t, enc.Close())
		s := enc.Stats()
		require.ErrorIs(t, s.Outputs[1].Err, errFull)
		require.Equal(t, int64(limit), s.Outputs[1].BytesWritten)
		require.Equal(t, "ended", s.Outputs[0].State)
		require.NoError(t, s.Outputs[0].Err)
		requireLaw(t, s, true)
		requireRecording(t, path, 120)
		failed := logs.FilterMessage(hasFailed).All()
		require.Len(t, failed, 1)
		require.Equal(t, "mux 1", failed[0].ContextMap()["node"])
		require.Contains(t, failed[0].ContextMap()["error"], errFull.Error())
	}
}

// requireState waits until an output is in a state.
func requireState(t *testing.T, enc *api.Encoder, output int, state string) {
	t.Helper()
	require.Eventually(t, func() bool { return enc.Stats().Outputs[output].State == state },
		time.Minute, time.Millisecond, "%s", state)
}

// gatedWriter keeps what is written to it, and blocks while its gate is closed.
type gatedWriter struct {
	mu   sync.Mutex
	gate chan struct{} // closed: writes pass
	got  bytes.Buffer

	waiting atomic.Bool // a write waits at the gate
}

func (w *gatedWriter) Write(p []byte) (int, error) {
	w.mu.Lock()
	gate := w.gate
	w.mu.Unlock()
	select {
	case <-gate:
	default:
		w.waiting.Store(true)
		<-gate
		w.waiting.Store(false)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.got.Write(p)
}

// set closes or opens the gate, and lets a write that waits pass.
func (w *gatedWriter) set(open bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if open {
		close(w.gate)
	} else {
		w.gate = make(chan struct{})
	}
}

// An output that is slow for a while loses packets, and goes on at a key frame.
func TestBestEffortThatIsSlow(t *testing.T) {
	mediatest.NoLeaks(t)
	slow := &gatedWriter{gate: make(chan struct{})}
	slow.set(true)
	enc, logs := observed(zap.InfoLevel)
	v, a, path := recordBeside(t, enc, api.Writer(slow, "mpegts", api.BestEffort()))
	feed := func(from, frames int) {
		for i := from; i < from+frames; i++ {
			addNumbered(t, v, i, 1)
			addTone(t, a, i*1600, 1600)
		}
	}
	feed(0, 50)
	slow.set(false)
	feed(50, 10)
	require.Eventually(t, slow.waiting.Load, time.Minute, time.Millisecond) // from here on it takes nothing
	feed(60, 190)
	requireState(t, enc, 1, "losing")
	slow.set(true)
	require.Eventually(t, func() bool { return enc.Stats().Outputs[1].Queued == 0 }, time.Minute, time.Millisecond)
	feed(250, 50)
	requireState(t, enc, 1, "running")
	require.NoError(t, enc.Close())
	s := enc.Stats()
	require.NoError(t, s.Outputs[1].Err)
	requireRecording(t, path, 300)
	got := numbersOf(mediatest.Pictures(t, saved(t, "slow.ts", slow.got.Bytes()), 0, "gray"))
	missing := missingNumbers(t, got, 300)
	require.Positive(t, len(missing))
	first, last := missing[0], missing[len(missing)-1]
	require.Len(t, missing, last-first+1, "one gap")
	require.Zero(t, (last+1)%10, "it ends before a key frame")
	sound := mediatest.Packets(t, path)
	lost := len(missing) + soundPackets(sound) - soundPackets(mediatest.Packets(t, saved(t, "slow.ts", slow.got.Bytes())))
	require.EqualValues(t, lost, s.Outputs[1].Lost)
	require.Equal(t, 1, logs.FilterMessage(beginsToLose).Len())
	ended := logs.FilterMessage(hasLost).All()
	require.Len(t, ended, 1)
	require.EqualValues(t, lost, ended[0].ContextMap()["lost"])
}

// missingNumbers are those below n that are not in got, which rise.
func missingNumbers(t *testing.T, got []int, n int) (missing []int) {
	t.Helper()
	next := 0
	for _, i := range got {
		require.GreaterOrEqual(t, i, next, "in order")
		for ; next < i; next++ {
			missing = append(missing, next)
		}
		next++
	}
	for ; next < n; next++ {
		missing = append(missing, next)
	}
	return missing
}

func soundPackets(packets []mediatest.Packet) (n int) {
	for _, p := range packets {
		if p.Stream == 1 {
			n++
		}
	}
	return n
}
