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

// Writers without contents of their own, such as io.Discard, are equal and still not one place.
func TestSeveralOutputsToNowhere(t *testing.T) {
	mediatest.NoLeaks(t)
	enc := api.NewEncoder()
	v := addVideo(t, enc, numberedVideo())
	nowhere := func() api.Output { return api.Writer(io.Discard, "mkv") }
	empty := func() api.Output { return api.Writer(new(discard), "mpegts") }
	require.NoError(t, enc.Open(context.Background(), nowhere(), nowhere(), empty(), empty()))
	addOutput(t, enc, nowhere())
	addOutput(t, enc, empty())
	addNumbered(t, v, 0, 30)
	require.NoError(t, enc.Close())
}

var errInSeek = errors.New("ended inside a call")

// An output whose AddOutput fails, because its context ends, is not listed.
func TestAddOutputThatIsTooLate(t *testing.T) {
	mediatest.NoLeaks(t)
	enc, v, a, recording := openRecording(t)
	ctx, end := context.WithCancelCause(context.Background())
	ended := &seekTrigger{end: end}
	_, err := enc.AddOutput(ctx, api.Writer(ended, "avi", api.BestEffort()))
	require.ErrorIs(t, err, errInSeek)
	feedFrom(t, v, a, 0, 30)
	require.NoError(t, enc.Close())
	require.Eventually(t, func() bool { return len(enc.Stats().Outputs) == 1 }, time.Minute, time.Millisecond)
	requireSecond(t, saved(t, "recording.mkv", recording.Bytes()))
}

// seekTrigger ends a context when it is asked for its position, which AddOutput does.
type seekTrigger struct{ end context.CancelCauseFunc }

func (w *seekTrigger) Write(p []byte) (int, error) { return len(p), nil }

func (w *seekTrigger) Seek(int64, int) (int64, error) {
	w.end(errInSeek)
	return 0, nil
}
