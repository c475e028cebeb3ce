package api_test

import (
	"bytes"
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/mediatest"
)

// viewer is a writer that keeps what it gets.
type viewer struct {
	mu  sync.Mutex
	got bytes.Buffer
}

func (v *viewer) Write(p []byte) (int, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.got.Write(p)
}

func (v *viewer) len() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.got.Len()
}

// watch adds a viewer, and has it leave after so many bytes.
func watch(enc *api.Encoder, v *viewer, bytes int) error {
	h, err := enc.AddOutput(context.Background(), api.Writer(v, "mp4", api.BestEffort()))
	if err != nil {
		return err
	}
	deadline := time.After(time.Minute)
	for v.len() < bytes {
		select {
		case <-h.Done():
			return fmt.Errorf("ended: %w", h.Err())
		case <-deadline:
			return fmt.Errorf("only %d bytes", v.len())
		case <-time.After(time.Millisecond):
		}
	}
	return h.Close()
}

// A hundred viewers who come and go leave nothing behind, and each sees pictures from a key frame
// on.
func TestHundredViewers(t *testing.T) {
	mediatest.NoLeaks(t)
	enc, v, a, recording := openRecording(t)
	defer enc.Abort(nil)
	viewers := make([]viewer, 100)
	errs := make([]error, len(viewers))
	var next, left atomic.Int32
	left.Store(int32(len(viewers)))
	var watching sync.WaitGroup
	for range 10 {
		watching.Go(func() {
			for i := next.Add(1) - 1; int(i) < len(viewers); i = next.Add(1) - 1 {
				errs[i] = watch(enc, &viewers[i], 4000+100*int(i))
				left.Add(-1)
			}
		})
	}
	written := int64(0)
	frames := feedGently(t, enc, v, a, 0, 0, func() bool {
		s := enc.Stats()
		require.GreaterOrEqual(t, s.BytesWritten, written, "bytes of those who have left stay counted")
		written = s.BytesWritten
		return left.Load() == 0
	})
	watching.Wait()
	require.Len(t, enc.Stats().Outputs, 1)
	require.Len(t, enc.Stats().Nodes, 6)
	require.NoError(t, enc.Close())
	requireLaw(t, enc.Stats(), true)
	requireRecording(t, saved(t, "recording.mkv", recording.Bytes()), frames)
	total := int64(len(recording.Bytes()))
	for i := range viewers {
		require.NoError(t, errs[i])
		total += int64(viewers[i].len())
		if i%10 == 0 {
			path := saved(t, "viewer.mp4", viewers[i].got.Bytes())
			requireRun(t, numbersInFile(t, path))
			require.InDelta(t, 0, mediatest.FrameTimes(t, path, 0)[0], 0.0001)
		}
	}
	require.Equal(t, total, enc.Stats().BytesWritten)
}
