package api_test

import (
	"context"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

func TestCallsOutOfTurn(t *testing.T) {
	mediatest.NoLeaks(t)
	ctx := context.Background()
	cause := errors.New("not wanted")
	feed := func(v *api.VideoStream, a *api.AudioStream) []error {
		return []error{
			v.AddFrames(ctx, api.Frames{Data: numbered(0, 1), Layout: api.NHWC}), v.AddFrames(ctx, api.Frames{Data: []byte{1}}),
			a.AddSamples(ctx, tone(2, 0, 10)), a.AddSamples(ctx, nil),
			a.AddInterleaved(ctx, make([]float32, 4)), a.AddInterleaved(ctx, make([]float32, 3)),
			a.AddInt16(ctx, make([]int16, 4)), a.AddInt16(ctx, make([]int16, 3)),
			a.SilenceUntil(ctx, time.Second), a.SilenceUntil(ctx, -1),
		}
	}
	all := func(e *api.Encoder, v *api.VideoStream, a *api.AudioStream) []error {
		return append(feed(v, a), e.Sync(ctx), v.End(), a.End())
	}
	newStreams := func(e *api.Encoder) []error {
		_, verr := e.AddVideo(numberedVideo())
		_, aerr := e.AddAudio(stereo())
		return []error{verr, aerr, e.OpenWriter(ctx, io.Discard, "mkv")}
	}
	requireAll := func(t *testing.T, want error, errs []error) {
		t.Helper()
		for i, err := range errs {
			require.ErrorIs(t, err, want, "call %d", i)
		}
	}
	cases := map[string]func(t *testing.T, e *api.Encoder, v *api.VideoStream, a *api.AudioStream){
		"before Open": func(t *testing.T, e *api.Encoder, v *api.VideoStream, a *api.AudioStream) {
			requireAll(t, api.ErrNotOpen, all(e, v, a))
			require.Zero(t, e.Stats())
			require.NoError(t, e.Close())
			requireAll(t, api.ErrClosed, append(all(e, v, a), newStreams(e)...))
		},
		"after Open": func(t *testing.T, e *api.Encoder, _ *api.VideoStream, _ *api.AudioStream) {
			require.NoError(t, e.OpenWriter(ctx, io.Discard, "mkv"))
			requireAll(t, api.ErrAlreadyOpen, newStreams(e))
			require.NoError(t, e.Close())
		},
		"after End": func(t *testing.T, e *api.Encoder, v *api.VideoStream, a *api.AudioStream) {
			require.NoError(t, e.OpenWriter(ctx, io.Discard, "mkv"))
			require.NoError(t, v.End())
			require.NoError(t, v.End(), "again")
			require.ErrorIs(t, v.AddFrames(ctx, api.Frames{}), api.ErrEnded)
			require.NoError(t, a.AddSamples(ctx, tone(2, 0, 10)), "the other stream goes on")
			require.NoError(t, a.End())
			require.ErrorIs(t, a.AddSamples(ctx, tone(2, 0, 10)), api.ErrEnded)
			require.ErrorIs(t, a.AddInterleaved(ctx, nil), api.ErrEnded)
			require.ErrorIs(t, a.AddInt16(ctx, nil), api.ErrEnded)
			require.ErrorIs(t, a.SilenceUntil(ctx, 0), api.ErrEnded)
			require.NoError(t, e.Sync(ctx))
			require.NoError(t, e.Close())
		},
		"after Close": func(t *testing.T, e *api.Encoder, v *api.VideoStream, a *api.AudioStream) {
			require.NoError(t, e.OpenWriter(ctx, io.Discard, "mkv"))
			require.NoError(t, e.Close())
			requireAll(t, api.ErrClosed, append(all(e, v, a), newStreams(e)...))
			require.NoError(t, e.Abort(cause))
		},
		"after Abort": func(t *testing.T, e *api.Encoder, v *api.VideoStream, a *api.AudioStream) {
			require.NoError(t, e.OpenWriter(ctx, io.Discard, "mkv"))
			require.ErrorIs(t, e.Abort(cause), cause)
			require.ErrorIs(t, e.Abort(nil), cause, "the first wins")
			requireAll(t, cause, append(all(e, v, a), newStreams(e)...))
			require.ErrorIs(t, e.Close(), cause)
		},
		"Abort before Open": func(t *testing.T, e *api.Encoder, v *api.VideoStream, a *api.AudioStream) {
			require.ErrorIs(t, e.Abort(nil), api.ErrAborted)
			requireAll(t, api.ErrAborted, append(all(e, v, a), newStreams(e)...))
		},
		"Open with a context that has ended": func(t *testing.T, e *api.Encoder, v *api.VideoStream, a *api.AudioStream) {
			ended, cancel := context.WithCancelCause(ctx)
			cancel(cause)
			require.ErrorIs(t, e.OpenWriter(ended, io.Discard, "mkv"), cause)
			requireAll(t, api.ErrNotOpen, feed(v, a))
			require.NoError(t, e.OpenWriter(ctx, io.Discard, "mkv"), "it can be tried again")
			require.NoError(t, e.Close())
		},
	}
	for name, test := range cases {
		t.Run(name, func(t *testing.T) {
			e := api.NewEncoder()
			test(t, e, addVideo(t, e, numberedVideo()), addAudio(t, e, stereo()))
		})
	}
	require.ErrorIs(t, api.NewEncoder().OpenWriter(ctx, io.Discard, "mkv"), api.ErrNoStreams)
}
