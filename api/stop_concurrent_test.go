package api_test

import (
	"context"
	"errors"
	"image"
	"io"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// TestEndsAtOnce ends runs in several ways at the same moment, while they are fed in several ways.
func TestEndsAtOnce(t *testing.T) {
	mediatest.NoLeaks(t)
	for seed := range uint64(50) {
		endAtOnce(t, rand.New(rand.NewPCG(seed, 5)))
	}
}

func endAtOnce(t *testing.T, random *rand.Rand) {
	t.Helper()
	ctx := context.Background()
	cause := errors.New("enough")
	runCtx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	enc := api.NewEncoder(api.WithQueueDepth(1 + random.IntN(4)))
	v, a := addVideo(t, enc, numberedVideo()), addAudio(t, enc, stereo())
	require.NoError(t, enc.OpenWriter(runCtx, io.Discard, "mkv"))

	var all sync.WaitGroup
	fed, ended := make(chan struct{}, 1), make(chan error, 5)
	feed := func(call func() error) {
		all.Go(func() {
			for {
				if err := call(); err != nil {
					ended <- err
					return
				}
				select {
				case fed <- struct{}{}:
				default:
				}
			}
		})
	}
	picture, sound := numbered(1, 3), tone(2, 0, 999)
	feed(func() error { return v.AddFrames(ctx, api.Frames{Data: picture, Layout: api.NHWC}) })
	feed(func() error { return v.AddImage(ctx, image.NewGray(image.Rect(0, 0, numberedWidth, numberedHeight))) })
	feed(func() error { return a.AddSamples(ctx, sound) })
	feed(func() error { return enc.Sync(ctx) })
	feed(func() error {
		p, err := v.Acquire(ctx)
		if err != nil {
			return err
		}
		return v.Commit(ctx, p)
	})
	for range random.IntN(30) {
		<-fed
	}
	closed := make(chan error, 3)
	ends := []func(){func() { cancel(cause) }, func() { _ = enc.Abort(cause) }, func() { _ = enc.Abort(cause) }}
	for range 3 {
		ends = append(ends, func() { closed <- enc.Close() })
	}
	random.Shuffle(len(ends), func(i, j int) { ends[i], ends[j] = ends[j], ends[i] })
	for _, end := range ends {
		all.Go(end)
	}
	all.Wait()
	for range cap(ended) {
		requireOneOf(t, <-ended, []error{cause, api.ErrClosed})
	}
	first := <-closed
	if first != nil {
		require.Equal(t, cause, first)
	}
	require.Equal(t, first, <-closed, "every Close returns the same")
	require.Equal(t, first, <-closed)
	require.NoError(t, enc.Abort(nil), "after Close it does nothing")
	requireLaw(t, enc.Stats(), true)
	require.Zero(t, enc.Stats().Abandoned)
}
