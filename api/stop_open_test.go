package api_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// blockedWriter blocks in every Write until it is let go, or woken.
type blockedWriter struct {
	once   sync.Once
	inside chan struct{} // closed when a Write blocks
	gate   chan struct{}
}

func newBlockedWriter() *blockedWriter {
	return &blockedWriter{inside: make(chan struct{}), gate: make(chan struct{})}
}

func (w *blockedWriter) Write(p []byte) (int, error) {
	w.once.Do(func() { close(w.inside) })
	<-w.gate
	return len(p), nil
}

type blockedCloser struct{ *blockedWriter }

func (w blockedCloser) Close() error {
	close(w.gate)
	return nil
}

// largeHeader is more than FFmpeg collects before it writes.
func largeHeader() api.OutputOption {
	return api.Metadata(map[string]string{"comment": strings.Repeat("x", 200_000)})
}

// TestOpenThatBlocks ends an Open whose header the destination does not take.
func TestOpenThatBlocks(t *testing.T) {
	mediatest.NoLeaks(t)
	cause := errors.New("no more patience")
	ways := map[string]struct {
		end  func(enc *api.Encoder, cancel context.CancelCauseFunc)
		next error // of the call after it
	}{
		"context": {func(_ *api.Encoder, cancel context.CancelCauseFunc) { cancel(cause) }, api.ErrNotOpen},
		"abort":   {func(enc *api.Encoder, _ context.CancelCauseFunc) { _ = enc.Abort(cause) }, cause},
	}
	for name, way := range ways {
		for _, canBeWoken := range []bool{true, false} {
			t.Run(name+map[bool]string{true: ", woken", false: ", left behind"}[canBeWoken], func(t *testing.T) {
				core, logs := observer.New(zap.WarnLevel)
				ctx, cancel := context.WithCancelCause(context.Background())
				defer cancel(nil)
				blocked := newBlockedWriter()
				var w io.Writer = blocked
				if canBeWoken {
					w = blockedCloser{blocked}
				}
				enc := api.NewEncoder(api.WithLogger(zap.New(core)))
				v := addVideo(t, enc, numberedVideo())
				result := make(chan error)
				go func() { result <- enc.OpenWriter(ctx, w, "mkv", largeHeader()) }()
				<-blocked.inside
				requireOpening(t, enc, v)
				way.end(enc, cancel)
				require.Equal(t, cause, <-result)
				require.ErrorIs(t, v.AddFrames(context.Background(), api.Frames{}), way.next)
				if canBeWoken {
					require.Zero(t, enc.Stats().Abandoned)
				} else {
					require.Equal(t, api.Stats{Abandoned: 1}, enc.Stats())
					require.Len(t, logs.All(), 1)
					require.Contains(t, logs.All()[0].Message, "left behind")
				}
				if name == "context" {
					require.NoError(t, enc.OpenWriter(context.Background(), io.Discard, "mkv"), "it can be tried again")
					addNumbered(t, v, 0, 3)
					require.NoError(t, enc.Close())
				}
				if !canBeWoken {
					close(blocked.gate) // it returns at last, and frees what it holds
				}
			})
		}
	}
}

// requireOpening checks what other calls find while Open is under way.
func requireOpening(t *testing.T, enc *api.Encoder, v *api.VideoStream) {
	t.Helper()
	ctx := context.Background()
	require.ErrorIs(t, v.AddFrames(ctx, api.Frames{}), api.ErrNotOpen)
	require.ErrorIs(t, enc.Sync(ctx), api.ErrNotOpen)
	require.ErrorIs(t, enc.OpenWriter(ctx, io.Discard, "mkv"), api.ErrAlreadyOpen)
	_, err := enc.AddVideo(numberedVideo())
	require.ErrorIs(t, err, api.ErrAlreadyOpen)
	require.Zero(t, enc.Stats())
}

// TestCloseDuringOpen checks that Close waits for an Open that is under way, and finishes its file.
func TestCloseDuringOpen(t *testing.T) {
	mediatest.NoLeaks(t)
	blocked := newBlockedWriter()
	enc := api.NewEncoder()
	addVideo(t, enc, numberedVideo())
	results := make(chan error, 3)
	go func() { results <- enc.OpenWriter(context.Background(), blocked, "mkv", largeHeader()) }()
	<-blocked.inside
	go func() { results <- enc.Close() }()
	go func() { results <- enc.Close() }()
	select {
	case err := <-results:
		require.Fail(t, "Close has not waited", err)
	case <-time.After(100 * time.Millisecond):
	}
	close(blocked.gate)
	for range 3 {
		require.NoError(t, <-results)
	}
	require.Positive(t, enc.Stats().BytesWritten)
}
