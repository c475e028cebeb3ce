package api_test

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
	"github.com/avloom/avloom/pipeline"
)

var errFull = errors.New("the disk is full")

// limitedWriter fails after so many bytes.
type limitedWriter struct{ left int }

func (w *limitedWriter) Write(p []byte) (int, error) {
	if len(p) > w.left {
		n := w.left
		w.left = 0
		return n, errFull
	}
	w.left -= len(p)
	return len(p), nil
}

// feedBoth feeds a stream of pictures and one of sound until done, or until the first error.
func feedBoth(v *api.VideoStream, a *api.AudioStream, frames int) error {
	ctx := context.Background()
	for i := range frames {
		if err := v.AddFrames(ctx, api.Frames{Data: numbered(i, 1), Layout: api.NHWC}); err != nil {
			return err
		}
		if err := a.AddSamples(ctx, tone(2, i*1600, 1600)); err != nil {
			return err
		}
	}
	return nil
}

func TestWriterThatFails(t *testing.T) {
	mediatest.NoLeaks(t)
	var whole countingWriter
	enc := api.NewEncoder()
	v, a := addVideo(t, enc, numberedVideo()), addAudio(t, enc, stereo())
	require.NoError(t, enc.OpenWriter(context.Background(), &whole, "mkv"))
	require.NoError(t, feedBoth(v, a, 60))
	require.NoError(t, enc.Close())

	for limit := 0; limit < whole.n; limit += whole.n/40 + 1 {
		enc := api.NewEncoder()
		v, a := addVideo(t, enc, numberedVideo()), addAudio(t, enc, stereo())
		err := enc.OpenWriter(context.Background(), &limitedWriter{left: limit}, "mkv")
		if err == nil {
			fed := feedBoth(v, a, 60)
			err = enc.Close()
			require.ErrorIs(t, err, errFull, "limit %d", limit)
			var node *pipeline.NodeError
			require.ErrorAs(t, err, &node)
			require.Equal(t, "mux", node.Node)
			if fed != nil {
				require.Equal(t, err, fed, "every call sees the same error")
			}
			requireLaw(t, enc.Stats(), true)
			require.NoError(t, enc.Abort(nil), "after Close it does nothing")
		}
		require.ErrorIs(t, err, errFull, "limit %d", limit)
	}
}

type countingWriter struct{ n int }

func (w *countingWriter) Write(p []byte) (int, error) {
	w.n += len(p)
	return len(p), nil
}

type shortWriter struct{ n int }

func (w *shortWriter) Write(p []byte) (int, error) {
	if w.n++; w.n > 3 {
		return len(p) / 2, nil
	}
	return len(p), nil
}

func TestShortWrite(t *testing.T) {
	mediatest.NoLeaks(t)
	enc := api.NewEncoder()
	v, a := addVideo(t, enc, numberedVideo()), addAudio(t, enc, stereo())
	require.NoError(t, enc.OpenWriter(context.Background(), &shortWriter{}, "mpegts"))
	_ = feedBoth(v, a, 60)
	require.ErrorIs(t, enc.Close(), io.ErrShortWrite)
}

// TestEndAtAnyMoment ends a run in each way, at random moments, while two goroutines feed it.
func TestEndAtAnyMoment(t *testing.T) {
	mediatest.NoLeaks(t)
	cause := errors.New("enough")
	ways := map[string]struct {
		end  func(enc *api.Encoder, cancel context.CancelCauseFunc)
		want []error // one of them ends the feeding
		last error   // what Close returns
	}{
		"close":   {func(e *api.Encoder, _ context.CancelCauseFunc) { _ = e.Close() }, []error{api.ErrClosed}, nil},
		"abort":   {func(e *api.Encoder, _ context.CancelCauseFunc) { _ = e.Abort(cause) }, []error{cause}, cause},
		"context": {func(_ *api.Encoder, c context.CancelCauseFunc) { c(cause) }, []error{cause}, cause},
		"both": {
			func(e *api.Encoder, c context.CancelCauseFunc) { go c(cause); _ = e.Close() },
			[]error{cause, api.ErrClosed},
			nil,
		},
	}
	for name, way := range ways {
		t.Run(name, func(t *testing.T) {
			for seed := range uint64(25) {
				endOnce(t, rand.New(rand.NewPCG(seed, 3)), way.end, way.want, way.last, name == "both")
			}
		})
	}
}

func endOnce(
	t *testing.T,
	random *rand.Rand,
	end func(*api.Encoder, context.CancelCauseFunc),
	want []error,
	last error,
	either bool,
) {
	t.Helper()
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	enc := api.NewEncoder(api.WithQueueDepth(1 + random.IntN(4)))
	v, a := addVideo(t, enc, numberedVideo()), addAudio(t, enc, stereo())
	require.NoError(t, enc.OpenWriter(ctx, io.Discard, "mkv"))
	var feeding sync.WaitGroup
	results := make(chan error, 2)
	fed := make(chan struct{}, 10000)
	feeding.Go(func() {
		for i := 0; ; i++ {
			if err := v.AddFrames(context.Background(), api.Frames{Data: numbered(i, 3), Layout: api.NHWC}); err != nil {
				results <- err
				return
			}
			fed <- struct{}{}
		}
	})
	feeding.Go(func() {
		for i := 0; ; i++ {
			if err := a.AddSamples(context.Background(), tone(2, i*999, 999)); err != nil {
				results <- err
				return
			}
			fed <- struct{}{}
		}
	})
	for range random.IntN(30) {
		<-fed
	}
	requireLaw(t, enc.Stats(), false)
	end(enc, cancel)
	feeding.Wait()
	for range 2 {
		requireOneOf(t, <-results, want)
	}
	err := enc.Close()
	if !either || err != nil {
		requireOneOf(t, err, []error{last, want[0]})
	}
	require.Equal(t, err, enc.Close(), "a second Close returns the same")
	requireLaw(t, enc.Stats(), true)
}

func requireOneOf(t *testing.T, err error, want []error) {
	t.Helper()
	for _, w := range want {
		if errors.Is(err, w) {
			return
		}
	}
	require.Failf(t, "not the documented error", "got %v, want one of %v", err, want)
}

func TestAbortLeavesNothingThatLooksComplete(t *testing.T) {
	mediatest.NoLeaks(t)
	for _, safe := range []bool{true, false} {
		path := temporary(t, "given-up.mp4")
		enc := api.NewEncoder()
		v, a := addVideo(t, enc, numberedVideo()), addAudio(t, enc, stereo())
		require.NoError(t, enc.OpenFile(context.Background(), path, api.CrashSafe(safe)))
		require.NoError(t, feedBoth(v, a, 60))
		require.NoError(t, v.End())
		require.NoError(t, a.End())
		require.ErrorIs(t, enc.Abort(nil), api.ErrAborted)
		content, err := os.ReadFile(path)
		require.NoError(t, err)
		if !safe {
			require.NotContains(t, string(content), "moov")
			continue
		}
		paths, _ := boxes(t, content) // fragments, and no index of them
		require.True(t, !slices.Contains(paths, "moov") || slices.Contains(paths, "moov.mvex"))
	}
}

// stuckWriter blocks in Write after the header until it is woken, in the way that it has.
type stuckWriter struct {
	writes int
	stuck  chan struct{} // closed when Write blocks
	woken  chan struct{}
}

func newStuckWriter() *stuckWriter {
	return &stuckWriter{stuck: make(chan struct{}), woken: make(chan struct{})}
}

func (w *stuckWriter) Write(p []byte) (int, error) {
	if w.writes++; w.writes < 4 {
		return len(p), nil
	}
	if w.writes == 4 {
		close(w.stuck)
	}
	<-w.woken
	return 0, os.ErrDeadlineExceeded
}

type withDeadline struct{ *stuckWriter }

func (w withDeadline) SetWriteDeadline(time.Time) error {
	close(w.woken)
	return nil
}

type withClose struct{ *stuckWriter }

func (w withClose) Close() error {
	close(w.woken)
	return nil
}

func TestDestinationThatBlocks(t *testing.T) {
	mediatest.NoLeaks(t)
	cause := errors.New("no more patience")
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
			ctx, cancel := context.WithCancelCause(context.Background())
			enc := api.NewEncoder(api.WithQueueDepth(1))
			v := addVideo(t, enc, numberedVideo())
			require.NoError(t, enc.OpenWriter(ctx, c.wrap(stuck), "mpegts"))
			fed := make(chan error)
			go func() {
				for i := 0; ; i++ {
					if err := v.AddFrames(context.Background(), api.Frames{Data: numbered(i, 1), Layout: api.NHWC}); err != nil {
						fed <- err
						return
					}
				}
			}()
			<-stuck.stuck
			cancel(cause)
			require.ErrorIs(t, <-fed, cause)
			require.ErrorIs(t, enc.Close(), cause)
			require.Equal(t, c.abandoned, enc.Stats().Abandoned)
			if c.abandoned > 0 {
				close(stuck.woken) // it returns at last, and frees what it holds
			}
			runtime.Gosched()
		})
	}
}

func TestCallThatIsCancelled(t *testing.T) {
	mediatest.NoLeaks(t)
	stuck := newStuckWriter()
	enc := api.NewEncoder(api.WithQueueDepth(1))
	v, a := addVideo(t, enc, numberedVideo()), addAudio(t, enc, stereo())
	require.NoError(t, enc.OpenWriter(context.Background(), withClose{stuck}, "mpegts"))
	tired := errors.New("tired")
	ctx, cancel := context.WithCancelCause(context.Background())
	go func() {
		<-stuck.stuck
		cancel(tired)
	}()
	var accepted int
	for i := 0; ; i++ {
		err := v.AddFrames(ctx, api.Frames{Data: numbered(0, 50), Layout: api.NHWC})
		if err == nil {
			continue
		}
		var partial *api.PartialError
		require.ErrorAs(t, err, &partial)
		require.ErrorIs(t, err, tired)
		require.Less(t, partial.Accepted, 50)
		accepted = 50*i + partial.Accepted
		break
	}
	var partial *api.PartialError
	require.ErrorAs(t, a.AddSamples(ctx, tone(2, 0, 10)), &partial, "a context that has ended before")
	require.Zero(t, partial.Accepted)
	require.ErrorIs(t, enc.Sync(ctx), tired)
	for _, n := range enc.Stats().Nodes {
		if n.Name == "convert" {
			require.LessOrEqual(t, n.In, int64(accepted), "what was withdrawn is not encoded")
			require.GreaterOrEqual(t, n.In, int64(accepted)-1)
		}
	}
	require.ErrorIs(t, enc.Abort(nil), api.ErrAborted)
	requireLaw(t, enc.Stats(), true)
}

// TestCallThatTheEndOfTheRunReaches stops a run while a call waits for its picture to be read. The
// call returns the cause itself, because its picture is not in the file.
func TestCallThatTheEndOfTheRunReaches(t *testing.T) {
	mediatest.NoLeaks(t)
	cause := errors.New("enough")
	for name, end := range map[string]func(*api.Encoder, context.CancelCauseFunc){
		"abort":   func(e *api.Encoder, _ context.CancelCauseFunc) { _ = e.Abort(cause) },
		"context": func(_ *api.Encoder, cancel context.CancelCauseFunc) { cancel(cause) },
	} {
		t.Run(name, func(t *testing.T) {
			stuck := newStuckWriter()
			ctx, cancel := context.WithCancelCause(context.Background())
			enc := api.NewEncoder(api.WithQueueDepth(1))
			v := addVideo(t, enc, numberedVideo())
			require.NoError(t, enc.OpenWriter(ctx, withClose{stuck}, "mpegts"))
			fed := make(chan error, 1)
			accepted := 0
			go func() {
				for {
					err := v.AddFrames(context.Background(), api.Frames{Data: numbered(accepted, 1), Layout: api.NHWC})
					if err != nil {
						fed <- err
						return
					}
					accepted++
				}
			}()
			<-stuck.stuck
			awaitBlocked(t, enc)
			end(enc, cancel)
			require.ErrorIs(t, <-fed, cause)
			require.ErrorIs(t, enc.Close(), cause)
			requireRead(t, enc.Stats(), int64(accepted))
		})
	}
}

// requireRead checks how many pictures the first node has read.
func requireRead(t *testing.T, s api.Stats, want int64) {
	t.Helper()
	for _, n := range s.Nodes {
		if n.Name == "convert" {
			require.Equal(t, want, n.In)
		}
	}
}
