package api_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/live"
	"github.com/avloom/avloom/internal/mediatest"
)

// collectUntil runs the garbage collector until something has come of it.
func collectUntil(t *testing.T, what string, happened func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !happened(); {
		require.True(t, time.Now().Before(deadline), "a minute of collecting garbage, and never "+what)
		runtime.GC()
		runtime.Gosched()
	}
}

// thrownAway opens an encoder and feeds it, and returns with it where it was made.
func thrownAway(
	ctx context.Context,
	t *testing.T,
	core zapcore.Core,
) (v *api.VideoStream, a *api.AudioStream, made string) {
	t.Helper()
	_, file, line, _ := runtime.Caller(0)
	enc := api.NewEncoder(api.WithLogger(zap.New(core)))
	v, a = addVideo(t, enc, numberedVideo()), addAudio(t, enc, stereo())
	require.NoError(t, enc.OpenWriter(ctx, io.Discard, "mkv"))
	require.NoError(t, feedBoth(v, a, 20))
	return v, a, fmt.Sprintf("%s:%d", file, line+1)
}

// thrownAwayWithOutputs does the same with an output that nobody waits for, and added ones.
func thrownAwayWithOutputs(t *testing.T, core zapcore.Core) (made string) {
	t.Helper()
	_, file, line, _ := runtime.Caller(0)
	enc := api.NewEncoder(api.WithLogger(zap.New(core)))
	v := addVideo(t, enc, numberedVideo())
	discard := func(options ...api.OutputOption) api.Output { return api.Writer(io.Discard, "mkv", options...) }
	require.NoError(t, enc.Open(context.Background(), api.File(temporary(t, "x.mkv")), discard(api.BestEffort())))
	addOutput(t, enc, api.File(temporary(t, "y.mkv")))
	addOutput(t, enc, api.File(temporary(t, "z.mkv"), api.BestEffort()))
	addNumbered(t, v, 0, 5)
	return fmt.Sprintf("%s:%d", file, line+1)
}

// ownWarnings are those that are not FFmpeg's.
func ownWarnings(logs *observer.ObservedLogs) []observer.LoggedEntry {
	return logs.Filter(func(e observer.LoggedEntry) bool { return e.Level == zap.WarnLevel && e.LoggerName == "" }).All()
}

func warned(logs *observer.ObservedLogs) func() bool {
	return func() bool { return len(ownWarnings(logs)) > 0 }
}

func TestThrownAway(t *testing.T) {
	mediatest.NoLeaks(t)
	cause := errors.New("enough")
	requireWarning := func(t *testing.T, logs *observer.ObservedLogs, made string, stopped any) {
		t.Helper()
		warnings := ownWarnings(logs)
		require.Len(t, warnings, 1)
		require.Contains(t, warnings[0].Message, "without Close or Abort")
		require.Equal(t, made, warnings[0].ContextMap()["made"])
		require.Equal(t, stopped, warnings[0].ContextMap()["stopped"])
		collectUntil(t, "free", func() bool { return live.Report() == "" })
	}
	t.Run("at once", func(t *testing.T) {
		core, logs := observer.New(zap.WarnLevel)
		_, _, made := thrownAway(context.Background(), t, core)
		collectUntil(t, "warned", warned(logs))
		requireWarning(t, logs, made, nil)
	})
	t.Run("with other outputs", func(t *testing.T) {
		core, logs := observer.New(zap.WarnLevel)
		made := thrownAwayWithOutputs(t, core)
		collectUntil(t, "warned", warned(logs))
		requireWarning(t, logs, made, nil)
	})
	t.Run("not while a stream is held", func(t *testing.T) {
		core, logs := observer.New(zap.WarnLevel)
		_, a, made := thrownAway(context.Background(), t, core)
		for range 5 {
			runtime.GC()
			addTone(t, a, 0, 1000)
		}
		require.False(t, warned(logs)())
		runtime.KeepAlive(a)
		collectUntil(t, "warned", warned(logs))
		requireWarning(t, logs, made, nil)
	})
	t.Run("not while a picture is held", func(t *testing.T) {
		core, logs := observer.New(zap.WarnLevel)
		v, _, made := thrownAway(context.Background(), t, core)
		p, err := v.Acquire(context.Background())
		require.NoError(t, err)
		for range 5 {
			runtime.GC()
			clear(p.Pix)
		}
		require.False(t, warned(logs)())
		p.Discard()
		collectUntil(t, "warned", warned(logs))
		requireWarning(t, logs, made, nil)
	})
	t.Run("after its context ended", func(t *testing.T) {
		core, logs := observer.New(zap.WarnLevel)
		ctx, cancel := context.WithCancelCause(context.Background())
		_, _, made := thrownAway(ctx, t, core)
		cancel(cause)
		collectUntil(t, "warned", warned(logs))
		requireWarning(t, logs, made, cause.Error())
	})
}

// TestThrownAwayWithMemory throws an encoder away with a picture, whose memory is lost.
func TestThrownAwayWithMemory(t *testing.T) {
	mediatest.NoLeaks(t)
	core, logs := observer.New(zap.WarnLevel)
	v, _, _ := thrownAway(context.Background(), t, core)
	p, err := v.Acquire(context.Background())
	require.NoError(t, err)
	kept := p.Pix
	collectUntil(t, "warned", func() bool { return len(ownWarnings(logs)) == 2 })
	collectUntil(t, "free", func() bool { return live.Report() == "" })
	clear(kept)
}

// TestThrownAwayWithSecrets: the warning names a URL as errors do.
func TestThrownAwayWithSecrets(t *testing.T) {
	mediatest.NoLeaks(t)
	core, logs := observer.New(zap.WarnLevel)
	address := fmt.Sprintf("127.0.0.1:%d", freePort(t, "udp"))
	func() {
		enc := api.NewEncoder(api.WithLogger(zap.New(core)))
		v := addVideo(t, enc, numberedVideo())
		require.NoError(t, enc.Open(context.Background(), api.URL("udp://user:secret@"+address+"?pkt_size=1316")))
		addNumbered(t, v, 0, 3)
	}()
	collectUntil(t, "warned", warned(logs))
	require.Equal(t, "udp://"+address, ownWarnings(logs)[0].ContextMap()["path"])
	collectUntil(t, "free", func() bool { return live.Report() == "" })
}

// TestNoWarning drops encoders that need no Close, or have had it, and one more that is thrown
// away, to see that the others would have warned.
func TestNoWarning(t *testing.T) {
	mediatest.NoLeaks(t)
	core, logs := observer.New(zap.WarnLevel)
	ctx := context.Background()
	for name, end := range map[string]func(enc *api.Encoder){
		"closed":       func(enc *api.Encoder) { require.NoError(t, enc.Close()) },
		"aborted":      func(enc *api.Encoder) { require.ErrorIs(t, enc.Abort(nil), api.ErrAborted) },
		"never opened": nil,
	} {
		enc := api.NewEncoder(api.WithLogger(zap.New(core)))
		addVideo(t, enc, numberedVideo())
		if end != nil {
			require.NoError(t, enc.OpenWriter(ctx, io.Discard, "mkv"), name)
			end(enc)
		}
		var gone atomic.Bool
		runtime.AddCleanup(enc, func(gone *atomic.Bool) { gone.Store(true) }, &gone)
		enc = nil
		collectUntil(t, "collected", gone.Load)
	}
	_, _, _ = thrownAway(ctx, t, core)
	collectUntil(t, "warned", warned(logs))
	require.Len(t, ownWarnings(logs), 1, "for the last alone")
	collectUntil(t, "free", func() bool { return live.Report() == "" })
}
