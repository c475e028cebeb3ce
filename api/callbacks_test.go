package api_test

import (
	"context"
	"errors"
	"io"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// mischief is what code of the caller's does when the encoder calls it: once, in its first call
// after it was armed.
type mischief struct {
	act   func() error
	armed atomic.Bool
	done  atomic.Bool
	got   error // what act returned; valid when done
}

func (m *mischief) happen() {
	if m.armed.CompareAndSwap(true, false) {
		defer m.done.Store(true) // also where act does not return
		m.got = m.act()
	}
}

// callback is a call that code of the caller's makes back into the encoder that calls it, or what
// else it may do.
type callback struct {
	act     func(enc *api.Encoder, v *api.VideoStream) error
	got     error // what it returns, in a run that goes on
	becomes error // the outcome of the run; nil: it goes on
}

var callbacks = map[string]callback{
	"panic":  {act: func(*api.Encoder, *api.VideoStream) error { panic(errFault) }, becomes: errFault},
	"Goexit": {act: func(*api.Encoder, *api.VideoStream) error { runtime.Goexit(); return nil }},
	"Abort": {
		act:     func(e *api.Encoder, _ *api.VideoStream) error { return e.Abort(errFault) },
		got:     errFault,
		becomes: errFault,
	},
	"Close": {act: func(e *api.Encoder, _ *api.VideoStream) error { return e.Close() }, got: api.ErrCalledBack},
	"CloseContext": {act: func(e *api.Encoder, _ *api.VideoStream) error {
		return e.CloseContext(context.Background())
	}, got: api.ErrCalledBack},
	"Sync": {
		act: func(e *api.Encoder, _ *api.VideoStream) error { return e.Sync(context.Background()) },
		got: api.ErrCalledBack,
	},
	"End": {act: func(_ *api.Encoder, v *api.VideoStream) error { return v.End() }, got: api.ErrCalledBack},
	"AddFrames": {act: func(_ *api.Encoder, v *api.VideoStream) error {
		return v.AddFrames(context.Background(), api.Frames{Data: numbered(0, 100)})
	}, got: api.ErrCalledBack},
	"Acquire": {
		act: func(_ *api.Encoder, v *api.VideoStream) error { _, err := v.Acquire(context.Background()); return err },
		got: api.ErrCalledBack,
	},
	"Open": {act: func(e *api.Encoder, _ *api.VideoStream) error {
		return e.OpenWriter(context.Background(), io.Discard, "mkv")
	}, got: api.ErrAlreadyOpen},
	"Stats": {act: func(e *api.Encoder, _ *api.VideoStream) error { _ = e.Stats().Bottleneck(); return nil }},
}

// mischievous is a writer that can seek, or not.
type mischievous struct {
	api.MemoryFile
	mischief
}

func (w *mischievous) Write(p []byte) (int, error) {
	w.happen()
	return w.MemoryFile.Write(p)
}

// mischievousSeeker does in Seek what mischievous does in Write.
type mischievousSeeker struct {
	api.MemoryFile
	mischief
}

func (w *mischievousSeeker) Seek(offset int64, whence int) (int64, error) {
	w.happen()
	return w.MemoryFile.Seek(offset, whence)
}

// requireSoon runs f, which must not wait for itself.
func requireSoon(t *testing.T, f func()) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	select {
	case <-done:
	case <-time.After(time.Minute):
		stacks := make([]byte, 1<<20)
		require.FailNow(t, "it waits for itself", string(stacks[:runtime.Stack(stacks, true)]))
	}
}

// TestWritersThatCallBack has writers that panic, end their goroutine, or call what calls them, in
// the header, in between, and at the end.
func TestWritersThatCallBack(t *testing.T) {
	mediatest.NoLeaks(t)
	for name, c := range callbacks {
		for _, stage := range []string{"header", "middle", "end"} {
			for _, place := range []string{"Write", "Seek", "Write, front to back"} {
				if stage == "middle" && place == "Seek" {
					continue // nobody seeks there
				}
				t.Run(name+" in "+place+", "+stage, func(t *testing.T) { testCallback(t, name, c, stage, place) })
			}
		}
	}
}

func testCallback(t *testing.T, name string, c callback, stage, place string) {
	ctx := context.Background()
	w, s := &mischievous{}, &mischievousSeeker{}
	m, dst := &w.mischief, io.Writer(w)
	switch place {
	case "Seek":
		m, dst = &s.mischief, s
	case "Write, front to back":
		dst = struct{ io.Writer }{w}
	}
	enc := api.NewEncoder()
	cfg := numberedVideo()
	if stage == "middle" { // else the encoder keeps all pictures until the end
		cfg.ExtraOptions = map[string]any{"tune": "zerolatency"}
	}
	v := addVideo(t, enc, cfg)
	m.act = func() error { return c.act(enc, v) }
	want := c.becomes
	requireSoon(t, func() {
		m.armed.Store(stage == "header")
		opened := enc.OpenWriter(ctx, dst, "mkv", largeHeader())
		if opened == nil {
			m.armed.CompareAndSwap(false, stage == "middle")
			fed := v.AddFrames(ctx, api.Frames{Data: numbered(0, 3), Layout: api.NHWC})
			if fed == nil {
				fed = enc.Sync(ctx)
			}
			m.armed.CompareAndSwap(false, stage == "end")
			closed := enc.Close()
			require.Equal(t, closed, enc.Close(), "the same again")
			if fed != nil {
				require.Equal(t, fed, closed)
			}
			opened = closed
		}
		switch {
		case name == "Goexit":
			require.ErrorContains(t, opened, "runtime.Goexit")
		case want != nil:
			require.ErrorIs(t, opened, want)
		default:
			require.NoError(t, opened)
		}
		_ = enc.Abort(nil) // of one that has not been opened
	})
	require.True(t, m.done.Load(), "it was called")
	require.Zero(t, enc.Stats().Abandoned)
	before := map[string]error{"header": api.ErrNotOpen, "middle": c.got, "end": api.ErrClosed}[stage]
	switch name {
	case "Open":
		before = map[string]error{"header": api.ErrAlreadyOpen, "middle": api.ErrAlreadyOpen, "end": api.ErrClosed}[stage]
	case "Close", "CloseContext", "Abort", "Stats", "panic", "Goexit":
		before = c.got
	}
	require.ErrorIs(t, m.got, before)
}

// loudCore is the core of a logger that calls the mischief for lines of its choice.
type loudCore struct {
	mischief *mischief
	at       func(zapcore.Entry) bool
}

func (loudCore) Enabled(zapcore.Level) bool                   { return true }
func (c loudCore) With([]zapcore.Field) zapcore.Core          { return c }
func (loudCore) Sync() error                                  { return nil }
func (c loudCore) Write(zapcore.Entry, []zapcore.Field) error { return nil }

func (c loudCore) Check(e zapcore.Entry, ce *zapcore.CheckedEntry) *zapcore.CheckedEntry {
	if c.at(e) {
		c.mischief.happen()
	}
	return ce
}

// TestLoggersThatCallBack has loggers that do so: for the lines of Open and Close, which the
// caller's goroutine logs, for those of FFmpeg, which come from C, and for those at the end of a
// failed run.
func TestLoggersThatCallBack(t *testing.T) {
	mediatest.NoLeaks(t)
	lines := map[string]func(zapcore.Entry) bool{
		"open":    func(e zapcore.Entry) bool { return e.Message == "open" },
		"encoder": func(e zapcore.Entry) bool { return e.LoggerName == "ffmpeg" && strings.Contains(e.Message, "kb/s:") },
		"closed":  func(e zapcore.Entry) bool { return e.Message == "closed" },
		"stopped": func(e zapcore.Entry) bool { return e.Message == "stopped" },
	}
	for name, c := range callbacks {
		for line, at := range lines {
			t.Run(name+" for "+line, func(t *testing.T) { testLoudLogger(t, name, line, c, at) })
		}
	}
}

func testLoudLogger(t *testing.T, name, line string, c callback, at func(zapcore.Entry) bool) {
	ctx := context.Background()
	var m mischief
	var want error
	w := &faultyWriter{}
	enc := api.NewEncoder(api.WithLogger(zap.New(loudCore{&m, at})))
	v := addVideo(t, enc, numberedVideo())
	m.act = func() error { return c.act(enc, v) }
	m.armed.Store(true)
	apart := func(f func()) { // a goroutine that the logger may end
		var calling sync.WaitGroup
		calling.Go(f)
		calling.Wait()
	}
	requireSoon(t, func() {
		apart(func() { require.NoError(t, enc.OpenWriter(ctx, w, "mkv")) })
		if name == "Abort" && (line == "open" || line == "encoder") {
			want = errFault
		}
		if line == "stopped" {
			w.fault = func([]byte) (int, error) { return 0, errFault }
			want = errFault
		}
		_ = v.AddFrames(ctx, api.Frames{Data: numbered(0, 3), Layout: api.NHWC})
		var first error
		apart(func() { first = enc.Close() })
		again := enc.Close()
		require.ErrorIs(t, again, want)
		if want == nil && name != "Abort" {
			require.NoError(t, again)
		}
		if name != "Goexit" || line == "open" || line == "encoder" {
			require.Equal(t, again, first)
		}
		require.NoError(t, enc.Abort(nil), "it has been closed")
	})
	require.True(t, m.done.Load(), "it was called")
	stats := enc.Stats()
	require.Zero(t, stats.Abandoned)
	require.EqualValues(t, map[bool]int{true: 1}[name == "panic" || name == "Goexit"], stats.LogPanics)
}

// wakened blocks in its first Write after the header, until it is woken, and does mischief in what
// wakes it.
type wakened struct {
	mischief
	writes int
	inside chan struct{}
	gate   chan struct{}
	once   sync.Once
}

func newWakened() *wakened {
	return &wakened{inside: make(chan struct{}), gate: make(chan struct{})}
}

func (w *wakened) Write(p []byte) (int, error) {
	if w.writes++; w.writes == 2 {
		close(w.inside)
		<-w.gate
	}
	return len(p), nil
}

func (w *wakened) wake() error {
	defer w.once.Do(func() { close(w.gate) }) // whatever the mischief is
	w.happen()
	return nil
}

type closing struct{ *wakened }

func (w closing) Close() error { return w.wake() }

type deadlined struct{ *wakened }

func (w deadlined) SetWriteDeadline(time.Time) error { return w.wake() }

// TestWakersThatCallBack has writers that do so as they are woken, because the run was aborted.
func TestWakersThatCallBack(t *testing.T) {
	mediatest.NoLeaks(t)
	for name, c := range callbacks {
		for place, of := range map[string]func(*wakened) io.Writer{
			"Close":            func(w *wakened) io.Writer { return closing{w} },
			"SetWriteDeadline": func(w *wakened) io.Writer { return deadlined{w} },
		} {
			t.Run(name+" in "+place, func(t *testing.T) {
				w := newWakened()
				enc := api.NewEncoder()
				cfg := numberedVideo()
				cfg.ExtraOptions = map[string]any{"tune": "zerolatency"}
				v := addVideo(t, enc, cfg)
				w.act = func() error { return c.act(enc, v) }
				w.armed.Store(true)
				cause := errors.New("given up")
				requireSoon(t, func() {
					require.NoError(t, enc.OpenWriter(context.Background(), of(w), "mpegts"))
					require.NoError(t, v.AddFrames(context.Background(), api.Frames{Data: numbered(0, 3), Layout: api.NHWC}))
					<-w.inside
					require.Equal(t, cause, enc.Abort(cause))
					require.Equal(t, cause, enc.Close())
				})
				require.True(t, w.done.Load(), "it was called")
				require.Zero(t, enc.Stats().Abandoned)
			})
		}
	}
}
