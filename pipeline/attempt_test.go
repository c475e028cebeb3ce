package pipeline

import (
	"context"
	"runtime"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func notCalled(t *testing.T) func(int) {
	return func(int) { assert.Fail(t, "what was returned in time is the caller's") }
}

func TestAttempt(t *testing.T) {
	tests := map[string]struct {
		f    func() (int, error)
		want int
		is   error
	}{
		"succeeds": {func() (int, error) { return 7, nil }, 7, nil},
		"fails":    {func() (int, error) { return 0, errBoom }, 0, errBoom},
		"panics":   {func() (int, error) { panic(errBoom) }, 0, errBoom},
		"exits":    {func() (int, error) { runtime.Goexit(); return 7, nil }, 0, errGoexit},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				got, left, err := Attempt(t.Context(), test.f, func() { assert.Fail(t, "woken without need") }, notCalled(t))
				assert.Equal(t, test.want, got)
				assert.False(t, left)
				assert.ErrorIs(t, err, test.is)
			})
		})
	}
}

func TestAttemptThatIsCancelled(t *testing.T) {
	never := func(chan struct{}) {}
	tests := map[string]struct {
		returns time.Duration // by itself, after the cancellation
		wake    func(gate chan struct{})
		err     error
		left    bool
		within  time.Duration
	}{
		"returns by itself": {wakeAfter / 2, never, nil, false, wakeAfter / 2},
		"fails by itself":   {wakeAfter / 2, never, ErrEnded, false, wakeAfter / 2},
		"is woken":          {time.Hour, func(gate chan struct{}) { close(gate) }, nil, false, wakeAfter},
		"waking panics":     {time.Hour, func(gate chan struct{}) { close(gate); panic("oh no") }, nil, false, wakeAfter},
		"waking blocks":     {time.Hour, func(gate chan struct{}) { <-gate }, nil, true, wakeAfter + abandonAfter},
		"waking lasts": {
			time.Hour, func(gate chan struct{}) { close(gate); time.Sleep(time.Hour) }, nil, false, wakeAfter + abandonAfter,
		},
		"is left behind":   {time.Hour, never, nil, true, wakeAfter + abandonAfter},
		"fails much later": {time.Hour, never, ErrEnded, true, wakeAfter + abandonAfter},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancelCause(t.Context())
				time.AfterFunc(time.Minute, func() { cancel(errBoom) })
				gate := make(chan struct{})
				var discarded atomic.Int64
				start := time.Now()
				got, left, err := Attempt(ctx, func() (int, error) {
					select {
					case <-time.After(time.Minute + test.returns):
					case <-gate:
					}
					return 7, test.err
				}, func() { test.wake(gate) }, func(v int) { discarded.Add(int64(v)) })
				assert.Equal(t, time.Minute+test.within, time.Since(start))
				assert.Zero(t, got)
				assert.Equal(t, test.left, left)
				require.Equal(t, errBoom, err)

				time.Sleep(2 * time.Hour)
				if test.err == nil {
					assert.EqualValues(t, 7, discarded.Load(), "once")
				} else {
					assert.Zero(t, discarded.Load())
				}
				if name == "waking blocks" {
					close(gate)
				}
			})
		})
	}
}
