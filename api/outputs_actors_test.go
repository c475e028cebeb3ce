package api_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
	"github.com/avloom/avloom/pipeline"
)

// pacedVideo is numberedVideo with an encoder that gives each picture at once.
func pacedVideo() api.VideoConfig {
	cfg := numberedVideo()
	cfg.ExtraOptions = map[string]any{"tune": "zerolatency"}
	return cfg
}

// nodeNamed returns the node of this name that serves all streams.
func nodeNamed(t *testing.T, s api.Stats, name string) api.NodeStats {
	t.Helper()
	for _, n := range s.Nodes {
		if n.Name == name && n.Stream == pipeline.NoStream {
			return n
		}
	}
	require.Fail(t, "no such node", name)
	return api.NodeStats{}
}

// TestEachOutputIsAnActor: each has counters of its own, and its own place in the graph.
func TestEachOutputIsAnActor(t *testing.T) {
	mediatest.NoLeaks(t)
	var mp4, mkv, ts bytes.Buffer
	enc := encodeTo(t, "libx264", "aac", api.Writer(&mp4, "mp4"), api.Writer(&mkv, "mkv"), api.Writer(&ts, "mpegts"))
	s := enc.Stats()
	requireLaw(t, s, true)
	var packets int64
	for _, stream := range s.Streams {
		packets += stream.Packets
		require.True(t, stream.Ended)
	}
	for _, name := range []string{"mux", "mux 1", "mux 2"} {
		require.Equal(t, packets, nodeNamed(t, s, name).In, name)
		require.Positive(t, nodeNamed(t, s, name).Busy, name)
		var received int64
		for _, e := range s.Edges {
			if e.To == name {
				received += e.Received
			}
		}
		require.Equal(t, packets, received, "into %s", name)
	}
	require.Equal(t, int64(mp4.Len()+mkv.Len()+ts.Len()), s.BytesWritten)
	boxes, arrows := mediatest.Drawn(t, s.DOT())
	require.Subset(t, boxes, []string{"mux", "mux 1", "mux 2", "destination"})
	for _, arrow := range []string{"encode 0 → mux 1", "encode 1 → mux 2", "mux → destination", "mux 2 → destination"} {
		require.Contains(t, arrows, arrow)
	}
	require.Len(t, arrows, len(s.Edges)+3)
}

// TestSlowOutputHoldsUpOthersAsItsQueueSays: what the other output gets meanwhile is what the queue
// of the slow one takes.
func TestSlowOutputHoldsUpOthersAsItsQueueSays(t *testing.T) {
	mediatest.NoLeaks(t)
	const depth = 3
	for _, slow := range []string{"mux", "mux 1"} {
		t.Run(slow, func(t *testing.T) {
			stuck := newStuckWriter()
			outputs := []api.Output{api.Writer(withClose{stuck}, "mpegts"), api.Writer(io.Discard, "mkv")}
			fast := "mux 1"
			if slow == "mux 1" {
				outputs[0], outputs[1], fast = outputs[1], outputs[0], "mux"
			}
			enc := api.NewEncoder(api.WithQueueDepth(depth))
			v := addVideo(t, enc, pacedVideo())
			require.NoError(t, enc.Open(context.Background(), outputs...))
			fed := make(chan error, 1)
			go func() { fed <- feedUntilError(v) }()
			<-stuck.stuck
			require.Eventually(
				t,
				func() bool { return nodeNamed(t, enc.Stats(), fast).In == nodeNamed(t, enc.Stats(), slow).In+depth+1 },
				time.Minute,
				time.Millisecond,
				"those that wait for the slow one, and one that the encoder waits with",
			)
			s := enc.Stats()
			requireLaw(t, s, false)
			require.Equal(t, nodeNamed(t, s, fast).In, s.Streams[0].Packets, "a stream is counted at its encoder")
			require.Error(t, enc.Abort(nil))
			require.ErrorIs(t, <-fed, api.ErrAborted)
			requireLaw(t, enc.Stats(), true)
		})
	}
}

// meetingWriter waits in a call until the other writer is called, too.
type meetingWriter struct {
	open        bool // Open has written the header
	here, there chan struct{}
	met         bool
}

func (w *meetingWriter) Write(p []byte) (int, error) {
	if w.open && !w.met {
		w.met = true
		close(w.here)
		<-w.there
	}
	return len(p), nil
}

// TestWritersAreCalledAtTheSameTime: two writers that wait for each other do not wait for ever.
func TestWritersAreCalledAtTheSameTime(t *testing.T) {
	mediatest.NoLeaks(t)
	one := &meetingWriter{here: make(chan struct{}), there: make(chan struct{})}
	other := &meetingWriter{here: one.there, there: one.here}
	enc := api.NewEncoder()
	v := addVideo(t, enc, pacedVideo())
	require.NoError(t, enc.Open(context.Background(), api.Writer(one, "mpegts"), api.Writer(other, "mkv")))
	one.open, other.open = true, true
	require.NoError(t, v.AddFrames(context.Background(), api.Frames{Data: numbered(0, 8), Layout: api.NHWC}))
	require.NoError(t, enc.Close())
	require.True(t, one.met)
	require.True(t, other.met)
}

// endingWriter may fail, or block, when the encoder is closing.
type endingWriter struct {
	closing bool
	fails   error
	begun   chan struct{} // closed when it is written to at the end; nil: nobody asks
	wait    chan struct{} // waited for at the end; nil: it does not wait
}

func (w *endingWriter) Write(p []byte) (int, error) {
	if !w.closing {
		return len(p), nil
	}
	if w.begun != nil {
		close(w.begun)
		w.begun = nil
	}
	if w.wait != nil {
		<-w.wait
	}
	if w.fails != nil {
		return 0, w.fails
	}
	return len(p), nil
}

// openAndSync opens an encoder for outputs and brings a second of pictures to all of them.
func openAndSync(t *testing.T, outputs ...api.Output) *api.Encoder {
	t.Helper()
	enc := api.NewEncoder()
	v := addVideo(t, enc, numberedVideo())
	a := addAudio(t, enc, api.AudioConfig{SampleRate: 48000, NumChannels: 2, Codec: "aac"})
	require.NoError(t, enc.Open(context.Background(), outputs...))
	require.NoError(t, feedBoth(v, a, 30))
	require.NoError(t, v.End())
	require.NoError(t, a.End())
	require.NoError(t, enc.Sync(context.Background()))
	return enc
}

// TestFailuresOfTrailers: each is an error of its own actor, and none hides another.
func TestFailuresOfTrailers(t *testing.T) {
	mediatest.NoLeaks(t)
	errOther := errors.New("the other is full as well")
	first, second := &endingWriter{fails: errFull}, &endingWriter{fails: errOther}
	path := temporary(t, "whole.mp4")
	enc := openAndSync(t, api.Writer(first, "mp4"), api.File(path), api.Writer(second, "mp4"))
	first.closing, second.closing = true, true
	err := enc.Close()
	require.ErrorIs(t, err, errFull)
	require.ErrorIs(t, err, errOther)
	require.ErrorContains(t, err, "mux: output *api_test.endingWriter: ")
	require.ErrorContains(t, err, "mux 2: output *api_test.endingWriter: ")
	var node *pipeline.NodeError
	require.ErrorAs(t, err, &node)
	require.Equal(t, err, enc.Close())
	requireSecond(t, path)
}

// TestTrailerThatFailsDoesNotStopOneThatIsSlow: the other is still finished, and Close waits for
// it.
func TestTrailerThatFailsDoesNotStopOneThatIsSlow(t *testing.T) {
	mediatest.NoLeaks(t)
	path := temporary(t, "whole.mp4")
	fails := &endingWriter{fails: errFull}
	slow := &endingWriter{begun: make(chan struct{}), wait: make(chan struct{})}
	enc := openAndSync(t, api.Writer(fails, "mp4"), api.Writer(slow, "mp4"), api.File(path))
	fails.closing, slow.closing = true, true
	begun := slow.begun
	closed := make(chan error, 1)
	go func() { closed <- enc.Close() }()
	<-begun
	require.Eventually(
		t,
		func() bool { return nodeNamed(t, enc.Stats(), "mux").InCall == 0 },
		time.Minute,
		time.Millisecond,
	)
	require.Empty(t, closed)
	close(slow.wait)
	require.ErrorIs(t, <-closed, errFull)
	require.Zero(t, enc.Stats().Abandoned)
	requireSecond(t, path)
}

// TestAbortWhileATrailerBlocks: an Abort ends within a second what waits for one output, after
// another has failed.
func TestAbortWhileATrailerBlocks(t *testing.T) {
	mediatest.NoLeaks(t)
	fails := &endingWriter{fails: errFull}
	slow := &endingWriter{begun: make(chan struct{}), wait: make(chan struct{})}
	enc := openAndSync(t, api.Writer(fails, "mp4"), api.Writer(closingEnd{slow}, "mp4"))
	fails.closing, slow.closing = true, true
	begun := slow.begun
	closed := make(chan error, 1)
	go func() { closed <- enc.Close() }()
	<-begun
	require.ErrorIs(t, enc.Abort(nil), api.ErrAborted)
	require.ErrorIs(t, <-closed, api.ErrAborted)
	require.Zero(t, enc.Stats().Abandoned)
}

// closingEnd can be woken.
type closingEnd struct{ *endingWriter }

func (w closingEnd) Close() error {
	close(w.wait)
	return nil
}
