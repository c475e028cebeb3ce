package api_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// flakyServer takes one connection after another, and keeps what each has brought.
type flakyServer struct {
	listener net.Listener
	serving  sync.WaitGroup

	mu       sync.Mutex
	limits   []int64 // after how many bytes each of the first connections is closed; then: never
	received []*bytes.Buffer
	took     []time.Time // when each connection came
}

func newFlakyServer(t *testing.T, limits ...int64) *flakyServer {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	s := &flakyServer{listener: l, limits: limits}
	s.serving.Go(s.serve)
	return s
}

func (s *flakyServer) serve() {
	for {
		c, err := s.listener.Accept()
		if err != nil {
			return
		}
		s.mu.Lock()
		from := io.Reader(c)
		if n := len(s.received); n < len(s.limits) {
			from = io.LimitReader(c, s.limits[n])
		}
		kept := new(bytes.Buffer)
		s.received, s.took = append(s.received, kept), append(s.took, time.Now())
		s.mu.Unlock()
		_, _ = io.Copy(kept, from)
		_ = c.Close() // with more to read: the other side gets a reset
	}
}

// close waits until the last connection has ended, and returns what each has brought.
func (s *flakyServer) close(t *testing.T) []*bytes.Buffer {
	t.Helper()
	require.NoError(t, s.listener.Close())
	s.serving.Wait()
	return s.received
}

func (s *flakyServer) url() string { return "tcp://" + s.listener.Addr().String() }

// feedGently feeds frames and sound, never more than the output of this index has room for, until
// done returns true. It returns how many frames it has fed.
func feedGently(t *testing.T, enc *api.Encoder, v *api.VideoStream, a *api.AudioStream, from, output int, done func() bool) int {
	t.Helper()
	for i := from; ; i++ {
		if i > from && done() {
			return i
		}
		feedFrom(t, v, a, i, 1)
		require.NoError(t, enc.Sync(context.Background()))
		require.Eventually(t, func() bool { return enc.Stats().Outputs[output].Queued < 20 }, time.Minute, time.Millisecond)
	}
}

// A server that dies and comes back gets the rest of the stream, from a key frame on. What it got
// each time plays, and the recording has everything.
func TestReconnect(t *testing.T) {
	mediatest.NoLeaks(t)
	server := newFlakyServer(t, 30_000)
	enc, logs := observed(zap.InfoLevel)
	v, a, path := recordBeside(t, enc, api.URL(server.url(), api.Reconnect(10*time.Millisecond, time.Second)))
	total := feedGently(t, enc, v, a, 0, 1, func() bool {
		o := enc.Stats().Outputs[1]
		return o.Reconnects == 1 && o.State == "running"
	})
	end := total + 60
	feedGently(t, enc, v, a, total, 1, func() bool { total++; return total >= end })
	require.NoError(t, enc.Close())
	s := enc.Stats()
	requireLaw(t, s, true)
	o := s.Outputs[1]
	require.NoError(t, o.Err)
	require.Equal(t, 1, o.Reconnects)
	require.Positive(t, o.Lost)
	requireRecording(t, path, end)

	received := server.close(t)
	require.Len(t, received, 2)
	require.GreaterOrEqual(t, o.BytesWritten, int64(received[0].Len()+received[1].Len()))
	first, behind := requireRun(t, numbersInFile(t, saved(t, "first.ts", received[0].Bytes())))
	require.Zero(t, first)
	second := saved(t, "second.ts", received[1].Bytes())
	begin, last := requireRun(t, numbersInFile(t, second))
	require.Greater(t, begin, behind)
	require.Equal(t, end, last)
	require.InDelta(t, mediatest.FrameTimes(t, second, 0)[0], mediatest.FrameTimes(t, saved(t, "first.ts", received[0].Bytes()), 0)[0], 0.1)
	failed := logs.FilterMessage("an output failed; it will be connected again").All()
	require.Len(t, failed, 1)
	require.Contains(t, failed[0].ContextMap()["error"], server.url())
	back := logs.FilterMessage("an output is connected again").All()
	require.Len(t, back, 1)
	require.Positive(t, back[0].ContextMap()["lost"])
}

// A server that accepts and at once closes is not connected to again at once.
func TestReconnectWaits(t *testing.T) {
	mediatest.NoLeaks(t)
	server := newFlakyServer(t, 0, 0, 0, 0)
	enc := api.NewEncoder()
	const first = 50 * time.Millisecond
	v, a, path := recordBeside(t, enc, api.URL(server.url(), api.Reconnect(first, time.Minute)))
	total := feedGently(t, enc, v, a, 0, 1, func() bool { return enc.Stats().Outputs[1].Reconnects == 3 })
	require.NoError(t, enc.Close())
	server.close(t)
	for i, least := range []time.Duration{first, 2 * first, 4 * first} {
		require.GreaterOrEqual(t, server.took[i+1].Sub(server.took[i]), least*8/10)
	}
	requireRecording(t, path, total)
}

// An output whose server is not there waits, says why, and ends with the encoder at once.
func TestReconnectToNobody(t *testing.T) {
	mediatest.NoLeaks(t)
	url := fmt.Sprintf("tcp://127.0.0.1:%d", freePort(t, "tcp"))
	enc, logs := observed(zap.InfoLevel)
	v, a, path := recordBeside(t, enc, api.URL(url, api.Reconnect(time.Hour, time.Hour)))
	requireState(t, enc, 1, "waiting")
	require.NoError(t, feedBoth(v, a, 30))
	require.ErrorIs(t, enc.Stats().Outputs[1].Err, syscall.ECONNREFUSED)
	h := addOutput(t, enc, api.URL(url+"?timeout=60000000", api.Reconnect(time.Hour, time.Hour)))
	requireState(t, enc, 2, "waiting")
	require.ErrorIs(t, h.Close(), syscall.ECONNREFUSED, "the reason why there is nothing")
	require.Len(t, enc.Stats().Outputs, 2)
	require.NoError(t, enc.Close())
	o := enc.Stats().Outputs[1]
	require.Equal(t, "ended", o.State)
	require.ErrorIs(t, o.Err, syscall.ECONNREFUSED)
	require.Equal(t, int64(30+48), o.Lost, "30 pictures, and the sound of a second in blocks of 1,024")
	requireRecording(t, path, 30)
	require.Equal(t, 2, logs.FilterMessage("an output failed; it will be connected again").Len())
}

// Attempts to connect that hang end with the output and with the encoder.
func TestConnectThatHangs(t *testing.T) {
	mediatest.NoLeaks(t)
	hanging := func() string { return fmt.Sprintf("tcp://127.0.0.1:%d?listen=1", freePort(t, "tcp")) }
	enc := api.NewEncoder()
	v, a, path := recordBeside(t, enc, api.URL(hanging(), api.BestEffort()))
	h := addOutput(t, enc, api.URL(hanging(), api.BestEffort()))
	require.NoError(t, feedBoth(v, a, 200))
	requireState(t, enc, 1, "connecting")
	requireState(t, enc, 2, "connecting")
	requireSoon(t, func() { require.NoError(t, h.Close()) })
	requireSoon(t, func() { require.NoError(t, enc.Close()) })
	require.Zero(t, enc.Stats().Abandoned)
	require.Equal(t, "ended", enc.Stats().Outputs[1].State)
	requireRecording(t, path, 200)
}

// A connection that takes so long that packets are lost meanwhile begins with what comes then, and
// not with what has waited before the gap.
func TestLateConnectionBeginsBehindTheGap(t *testing.T) {
	mediatest.NoLeaks(t)
	port := freePort(t, "tcp")
	enc, v, a, _ := openRecording(t)
	defer enc.Abort(nil)
	feedFrom(t, v, a, 0, 10)
	h := addOutput(t, enc, api.URL(fmt.Sprintf("tcp://127.0.0.1:%d?listen=1", port), api.BestEffort()))
	awaitListener(t, "tcp", port)
	feedFrom(t, v, a, 10, 200)
	require.NoError(t, enc.Sync(context.Background()))
	requireState(t, enc, 1, "connecting")
	require.Positive(t, enc.Stats().Outputs[1].Lost)
	given := packetsGiven(enc, 0)
	require.GreaterOrEqual(t, given, 209, "the encoder may hold the last picture")
	c, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", fmt.Sprintf("127.0.0.1:%d", port))
	require.NoError(t, err)
	received, got := new(bytes.Buffer), make(chan error, 1)
	go func() { _, err := io.Copy(received, c); got <- err }()
	requireState(t, enc, 1, "losing")
	require.Eventually(t, func() bool { return enc.Stats().Outputs[1].Queued == 0 }, time.Minute, time.Millisecond)
	feedFrom(t, v, a, 210, 40)
	require.NoError(t, h.Close())
	require.NoError(t, <-got)
	require.NoError(t, c.Close())
	first, end := requireRun(t, numbersInFile(t, saved(t, "late.ts", received.Bytes())))
	require.GreaterOrEqual(t, first, given)
	require.GreaterOrEqual(t, end, 245)
}

// packetsGiven returns how many packets the encoder of a stream has given.
func packetsGiven(enc *api.Encoder, stream int) int {
	edges := enc.Stats().Edges
	i := slices.IndexFunc(edges, func(e api.EdgeStats) bool { return e.To == "mux" && e.Stream == stream })
	return int(edges[i].Sent)
}
