package api_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
	"github.com/avloom/avloom/pipeline"
)

// What a writer does concerns its output alone: it may panic, end its goroutine or stall.
func TestBestEffortWritersThatMisbehave(t *testing.T) {
	mediatest.NoLeaks(t)
	boom := errors.New("boom")
	for name, c := range map[string]struct {
		act  func()
		says string
	}{
		"panics":              {func() { panic(boom) }, "boom"},
		"ends its goroutine":  {runtime.Goexit, "Goexit"},
		"returns wrong bytes": {nil, "short write"},
	} {
		t.Run(name, func(t *testing.T) {
			w := writerFunc(func(p []byte) (int, error) {
				if c.act != nil {
					c.act()
				}
				return len(p) / 2, nil
			})
			enc := api.NewEncoder()
			v, a, path := recordBeside(t, enc, api.Writer(w, "mpegts", api.BestEffort()))
			require.NoError(t, feedBoth(v, a, 60))
			requireState(t, enc, 1, "ended")
			require.NoError(t, enc.Close())
			require.ErrorContains(t, enc.Stats().Outputs[1].Err, c.says)
			requireRecording(t, path, 60)
		})
	}
}

// WithStallTimeout ends the output that stalls, and nothing else.
func TestBestEffortThatStalls(t *testing.T) {
	mediatest.NoLeaks(t)
	stuck := newStuckWriter()
	enc := api.NewEncoder(api.WithStallTimeout(100 * time.Millisecond))
	v, a, path := recordBeside(t, enc, api.Writer(withClose{stuck}, "mpegts", api.BestEffort()))
	require.NoError(t, feedBoth(v, a, 60))
	requireState(t, enc, 1, "ended")
	var stall *pipeline.StallError
	require.ErrorAs(t, enc.Stats().Outputs[1].Err, &stall)
	require.Contains(t, stall.Error(), "writing to the destination")
	require.NoError(t, enc.Close())
	require.Zero(t, enc.Stats().Abandoned)
	requireRecording(t, path, 60)
}

// An Abort ends outputs in every state within a second.
func TestAbortWithBestEffort(t *testing.T) {
	mediatest.NoLeaks(t)
	cause := errors.New("no more")
	stuck := newStuckWriter()
	enc := api.NewEncoder()
	v, a, _ := recordBeside(t, enc, api.Writer(withClose{stuck}, "mpegts", api.BestEffort()))
	port := func() int { return freePort(t, "tcp") }
	connecting := addOutput(t, enc, api.URL(fmt.Sprintf("tcp://127.0.0.1:%d?listen=1", port()), api.BestEffort()))
	waiting := addOutput(t, enc, api.URL(fmt.Sprintf("tcp://127.0.0.1:%d", port()), api.Reconnect(time.Hour, time.Hour)))
	running := addOutput(t, enc, api.Writer(io.Discard, "mkv", api.BestEffort()))
	require.NoError(t, feedBoth(v, a, 60))
	requireState(t, enc, 2, "connecting")
	requireState(t, enc, 3, "waiting")
	requireState(t, enc, 4, "running")
	<-stuck.stuck
	requireSoon(t, func() { require.ErrorIs(t, enc.Abort(cause), cause) })
	require.Zero(t, enc.Stats().Abandoned)
	requireLaw(t, enc.Stats(), true)
	for _, h := range []*api.OutputHandle{connecting, waiting, running} {
		<-h.Done()
		require.ErrorIs(t, h.Err(), cause)
		require.ErrorIs(t, h.Close(), cause)
	}
	for _, o := range enc.Stats().Outputs {
		require.Equal(t, "ended", o.State)
		require.ErrorIs(t, o.Err, cause)
	}
}

// A required output that cannot be connected holds AddOutput up until its context ends, or the run
// does.
func TestAddOutputThatHangs(t *testing.T) {
	mediatest.NoLeaks(t)
	cause := errors.New("no more patience")
	for name, end := range map[string]func(*api.Encoder, context.CancelCauseFunc) error{
		"its context": func(_ *api.Encoder, cancel context.CancelCauseFunc) error { cancel(cause); return nil },
		"Abort":       func(enc *api.Encoder, _ context.CancelCauseFunc) error { _ = enc.Abort(cause); return cause },
	} {
		t.Run(name, func(t *testing.T) {
			enc, v, a, _ := openRecording(t)
			ctx, cancel := context.WithCancelCause(context.Background())
			defer cancel(nil)
			port := freePort(t, "tcp")
			added := make(chan error, 1)
			go func() {
				_, err := enc.AddOutput(ctx, api.URL(fmt.Sprintf("tcp://127.0.0.1:%d?listen=1", port)))
				added <- err
			}()
			awaitListener(t, "tcp", port)
			require.NoError(t, feedBoth(v, a, 30), "the run goes on")
			want := end(enc, cancel)
			requireSoon(t, func() { require.ErrorIs(t, <-added, cause) })
			require.ErrorIs(t, enc.Close(), want)
			require.Zero(t, enc.Stats().Abandoned)
			require.Len(t, enc.Stats().Outputs, 1)
		})
	}
}

// A logger that blocks holds up neither the encoder nor the outputs that have something to log.
func TestLoggerThatBlocksBesideOutputs(t *testing.T) {
	mediatest.NoLeaks(t)
	gate, blocked := make(chan struct{}), make(chan struct{}, 10)
	enc := api.NewEncoder(api.WithLogger(zap.New(&gatedCore{gate: gate, blocked: blocked})))
	v, a, path := recordBeside(t, enc, api.Writer(&limitedWriter{left: 1000}, "mpegts", api.BestEffort()))
	stuck := newStuckWriter()
	addOutput(t, enc, api.Writer(withClose{stuck}, "mpegts", api.BestEffort()))
	require.NoError(t, feedBoth(v, a, 300))
	<-blocked
	require.NoError(t, enc.Sync(context.Background()))
	requireState(t, enc, 1, "ended")
	requireState(t, enc, 2, "losing")
	close(gate)
	require.NoError(t, enc.Close())
	requireRecording(t, path, 300)
}

// gatedCore blocks at each warning while its gate is closed.
type gatedCore struct {
	zapcore.Core
	gate, blocked chan struct{}
}

func (c *gatedCore) Enabled(l zapcore.Level) bool      { return l >= zap.WarnLevel }
func (c *gatedCore) With([]zapcore.Field) zapcore.Core { return c }
func (c *gatedCore) Sync() error                       { return nil }
func (c *gatedCore) Write(zapcore.Entry, []zapcore.Field) error {
	c.blocked <- struct{}{}
	<-c.gate
	return nil
}

func (c *gatedCore) Check(e zapcore.Entry, checked *zapcore.CheckedEntry) *zapcore.CheckedEntry {
	if c.Enabled(e.Level) {
		return checked.AddCore(e, c)
	}
	return checked
}
