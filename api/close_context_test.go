package api_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

var errNoPatience = errors.New("no more patience")

// endedContext returns a context that has ended with errNoPatience.
func endedContext() context.Context {
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(errNoPatience)
	return ctx
}

// TestCloseContextAtEveryStage calls it before, during and after a run, with contexts that have
// ended and that have not, and twice each time.
func TestCloseContextAtEveryStage(t *testing.T) {
	mediatest.NoLeaks(t)
	stages := map[string]struct {
		bring func(t *testing.T, enc *api.Encoder, v *api.VideoStream)
		alive error // what it returns where its context goes on
		ended error // and where the context has ended before the call
	}{
		"before Open": {func(*testing.T, *api.Encoder, *api.VideoStream) {}, nil, errNoPatience},
		"after an Open that failed": {func(t *testing.T, enc *api.Encoder, _ *api.VideoStream) {
			require.Error(t, enc.OpenWriter(context.Background(), io.Discard, "webm"))
		}, nil, errNoPatience},
		"open": {func(t *testing.T, enc *api.Encoder, v *api.VideoStream) {
			require.NoError(t, enc.OpenWriter(context.Background(), &api.MemoryFile{}, "mkv"))
			addNumbered(t, v, 0, 5)
		}, nil, errNoPatience},
		"after an error": {func(t *testing.T, enc *api.Encoder, v *api.VideoStream) {
			require.NoError(t, enc.OpenWriter(context.Background(), &limitedWriter{left: 2000}, "mpegts"))
			for v.AddFrames(context.Background(), api.Frames{Data: numbered(0, 1), Layout: api.NHWC}) == nil {
			}
		}, errFull, errFull},
		"after Close": {func(t *testing.T, enc *api.Encoder, v *api.VideoStream) {
			require.NoError(t, enc.OpenWriter(context.Background(), &api.MemoryFile{}, "mkv"))
			addNumbered(t, v, 0, 5)
			require.NoError(t, enc.Close())
		}, nil, nil},
		"after Abort": {func(t *testing.T, enc *api.Encoder, _ *api.VideoStream) {
			require.NoError(t, enc.OpenWriter(context.Background(), &api.MemoryFile{}, "mkv"))
			require.ErrorIs(t, enc.Abort(nil), api.ErrAborted)
		}, api.ErrAborted, api.ErrAborted},
		"after Abort before Open": {func(t *testing.T, enc *api.Encoder, _ *api.VideoStream) {
			require.ErrorIs(t, enc.Abort(nil), api.ErrAborted)
		}, api.ErrAborted, api.ErrAborted},
		"after the end of the run's context": {func(t *testing.T, enc *api.Encoder, _ *api.VideoStream) {
			ctx, cancel := context.WithCancel(context.Background())
			require.NoError(t, enc.OpenWriter(ctx, &api.MemoryFile{}, "mkv"))
			cancel()
		}, context.Canceled, context.Canceled},
	}
	for name, stage := range stages {
		for of, want := range map[context.Context]error{context.Background(): stage.alive, endedContext(): stage.ended} {
			t.Run(
				name+map[bool]string{true: ", with a context that goes on", false: ", with one that has ended"}[of.Err() == nil],
				func(t *testing.T) {
					enc := api.NewEncoder()
					v := addVideo(t, enc, numberedVideo())
					stage.bring(t, enc, v)
					first := enc.CloseContext(of)
					if want == nil {
						require.NoError(t, first)
					}
					require.ErrorIs(t, first, want)
					require.Equal(t, first, enc.CloseContext(of), "again")
					require.Equal(t, first, enc.CloseContext(endedContext()), "again")
					require.Equal(t, first, enc.Close())
					require.NoError(t, enc.Abort(nil), "after it, Abort does nothing")
					require.ErrorIs(t, enc.OpenWriter(context.Background(), io.Discard, "mkv"), api.ErrClosed)
					require.ErrorIs(t, v.End(), api.ErrClosed)
					require.Zero(t, enc.Stats().Abandoned)
				},
			)
		}
	}
}

// TestCloseContextFinishes: what it writes is, byte for byte, what Close writes, and a context that
// ends afterwards changes nothing.
func TestCloseContextFinishes(t *testing.T) {
	mediatest.NoLeaks(t)
	finish := func(end func(*api.Encoder) error) []byte {
		var file api.MemoryFile
		enc := api.NewEncoder()
		v, a := addVideo(t, enc, numberedVideo()), addAudio(t, enc, stereo())
		require.NoError(t, enc.OpenWriter(context.Background(), &file, "mp4"))
		require.NoError(t, feedBoth(v, a, 30))
		require.NoError(t, end(enc))
		return bytes.Clone(file.Bytes())
	}
	closed := finish((*api.Encoder).Close)
	ctx, cancel := context.WithCancel(context.Background())
	require.Equal(t, closed, finish(func(enc *api.Encoder) error { return enc.CloseContext(ctx) }))
	cancel()
	requireSecond(t, saved(t, "closed.mp4", closed))
}

// TestCloseContextGivesUp: the file does not look complete then.
func TestCloseContextGivesUp(t *testing.T) {
	mediatest.NoLeaks(t)
	for name, ctx := range map[string]func() (context.Context, context.CancelFunc){
		"a cause": func() (context.Context, context.CancelFunc) { return endedContext(), func() {} },
		"a deadline": func() (context.Context, context.CancelFunc) {
			return context.WithTimeout(context.Background(), -time.Second)
		},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := ctx()
			defer cancel()
			var file api.MemoryFile
			enc := api.NewEncoder()
			v, a := addVideo(t, enc, numberedVideo()), addAudio(t, enc, stereo())
			require.NoError(t, enc.OpenWriter(context.Background(), &file, "mp4", api.CrashSafe(false)))
			require.NoError(t, feedBoth(v, a, 30))
			require.Equal(t, context.Cause(ctx), enc.CloseContext(ctx))
			require.NotContains(t, string(file.Bytes()), "moov")
		})
	}
}

// TestCloseContextNil: it is refused, and the encoder is as open as before.
func TestCloseContextNil(t *testing.T) {
	mediatest.NoLeaks(t)
	var file api.MemoryFile
	enc := api.NewEncoder()
	v, a := addVideo(t, enc, numberedVideo()), addAudio(t, enc, stereo())
	require.NoError(t, enc.OpenWriter(context.Background(), &file, "mp4"))
	var config *api.ConfigError
	require.ErrorAs(t, enc.CloseContext(nil), &config) //nolint:staticcheck // that is the case
	require.Equal(t, "ctx", config.Field)
	require.NoError(t, feedBoth(v, a, 30))
	require.NoError(t, enc.CloseContext(context.Background()))
	requireSecond(t, saved(t, "closed.mp4", file.Bytes()))
	require.ErrorAs(t, enc.CloseContext(nil), &config) //nolint:staticcheck // that is the case
}

// TestCloseContextOfADestinationThatBlocks: the destination blocks, while the encoder is being
// closed or before, and the context ends.
func TestCloseContextOfADestinationThatBlocks(t *testing.T) {
	mediatest.NoLeaks(t)
	cases := map[string]struct {
		wrap      func(*stuckWriter) io.Writer
		abandoned int
	}{
		"woken by its deadline": {func(w *stuckWriter) io.Writer { return withDeadline{w} }, 0},
		"woken by Close":        {func(w *stuckWriter) io.Writer { return withClose{w} }, 0},
		"cannot be woken":       {func(w *stuckWriter) io.Writer { return w }, 1},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			stuck := newStuckWriter()
			enc := api.NewEncoder()
			v := addVideo(t, enc, numberedVideo())
			require.NoError(t, enc.OpenWriter(context.Background(), c.wrap(stuck), "mpegts"))
			ctx, cancel := context.WithCancelCause(context.Background())
			defer cancel(nil)
			feeding := make(chan error)
			go func() { // which an admitted call makes Close wait for
				for {
					if err := v.AddFrames(context.Background(), api.Frames{Data: numbered(0, 50), Layout: api.NHWC}); err != nil {
						feeding <- err
						return
					}
				}
			}()
			<-stuck.stuck
			closed := make(chan error, 3)
			go func() { closed <- enc.Close() }()
			go func() { closed <- enc.CloseContext(context.Background()) }()
			go func() { closed <- enc.CloseContext(ctx) }()
			awaitClosing(enc)
			cancel(errNoPatience)
			for range cap(closed) {
				require.Equal(t, errNoPatience, <-closed)
			}
			requireOneOf(t, <-feeding, []error{errNoPatience, api.ErrClosed})
			require.Equal(t, c.abandoned, enc.Stats().Abandoned)
			if c.abandoned > 0 {
				close(stuck.woken) // it returns at last, and frees what it holds
			}
			awaitFree(t)
		})
	}
}

// TestCloseContextOfASlowEncoder: what the encoder still holds takes it long.
func TestCloseContextOfASlowEncoder(t *testing.T) {
	mediatest.NoLeaks(t)
	const width, height, pictures = 640, 360, 8
	data := make([]byte, pictures*width*height*3)
	random := rand.NewPCG(1, 2)
	for i := range data {
		data[i] = byte(random.Uint64())
	}
	ctx, cancel := context.WithCancelCause(context.Background())
	enc := api.NewEncoder()
	v := addVideo(t, enc, api.VideoConfig{
		Width:        width,
		Height:       height,
		FrameRate:    30,
		Codec:        "libaom-av1",
		Threads:      1,
		ExtraOptions: map[string]any{"cpu-used": 0},
	})
	require.NoError(t, enc.OpenWriter(context.Background(), io.Discard, "mkv"))
	require.NoError(t, v.AddFrames(context.Background(), api.Frames{Data: data, Layout: api.NHWC}))
	closed := make(chan error)
	go func() { closed <- enc.CloseContext(ctx) }()
	awaitClosing(enc)
	cancel(errNoPatience)
	require.Equal(t, errNoPatience, <-closed)
	awaitFree(t)
}

// awaitClosing waits until the encoder is being closed.
func awaitClosing(enc *api.Encoder) {
	for ended := endedContext(); !errors.Is(enc.Sync(ended), api.ErrClosed); {
		runtime.Gosched()
	}
}

// TestCloseContextDuringOpen waits for an Open that is under way, until its context ends.
func TestCloseContextDuringOpen(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, early := range []bool{true, false} {
		blocked := newBlockedWriter()
		enc := api.NewEncoder()
		addVideo(t, enc, numberedVideo())
		results := make(chan error, 2)
		go func() { results <- enc.OpenWriter(context.Background(), blockedCloser{blocked}, "mkv", largeHeader()) }()
		<-blocked.inside
		ctx, cancel := context.WithCancelCause(context.Background())
		if early {
			cancel(errNoPatience)
		}
		go func() { results <- enc.CloseContext(ctx) }()
		cancel(errNoPatience)
		for range cap(results) {
			require.Equal(t, errNoPatience, <-results)
		}
		require.Zero(t, enc.Stats().Abandoned)
	}
}

// TestCloseContextsAtOnce ends runs by several contexts, Close and Abort at the same moment.
func TestCloseContextsAtOnce(t *testing.T) {
	mediatest.NoLeaks(t)
	other := errors.New("another's")
	for seed := range uint64(50) {
		random := rand.New(rand.NewPCG(seed, 7))
		enc := api.NewEncoder()
		v := addVideo(t, enc, numberedVideo())
		require.NoError(t, enc.OpenWriter(context.Background(), io.Discard, "mkv"))
		addNumbered(t, v, 0, random.IntN(20))
		ctx, cancel := context.WithCancelCause(context.Background())
		closed := make(chan error, 6)
		ends := []func(){func() { cancel(errNoPatience) }}
		for range 3 {
			ends = append(ends, func() { closed <- enc.CloseContext(ctx) })
		}
		for range 2 {
			ends = append(ends, func() { closed <- enc.Close() })
		}
		ends = append(ends, func() { closed <- enc.CloseContext(context.Background()) })
		if seed%2 == 0 {
			ends = append(ends, func() { _ = enc.Abort(other) })
		}
		random.Shuffle(len(ends), func(i, j int) { ends[i], ends[j] = ends[j], ends[i] })
		var all sync.WaitGroup
		for _, end := range ends {
			all.Go(end)
		}
		all.Wait()
		first := <-closed
		if first != nil {
			requireOneOf(t, first, []error{errNoPatience, other})
		}
		for range cap(closed) - 1 {
			require.Equal(t, first, <-closed, "all return the same")
		}
		require.NoError(t, enc.Abort(nil))
		requireLaw(t, enc.Stats(), true)
		require.Zero(t, enc.Stats().Abandoned)
	}
}
