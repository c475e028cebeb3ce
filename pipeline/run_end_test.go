package pipeline

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
)

func TestOnEndIsCalledOnceHoweverTheRunEnds(t *testing.T) {
	for name, end := range map[string]func(context.CancelFunc, *Run) error{
		"close":   func(_ context.CancelFunc, r *Run) error { return r.Close() },
		"abort":   func(_ context.CancelFunc, r *Run) error { return r.Abort(nil) },
		"context": func(cancel context.CancelFunc, r *Run) error { cancel(); return r.Wait() },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(context.Background())
				defer cancel()
				run := NewRun(ctx)
				source, out := NewSource[int](run, "source", 0)
				Join("sink", Queue[int]{Depth: 1, Free: func(int) {}}, Sink[int](&fakeSink{}), out)
				ended := 0
				run.OnEnd(func() { ended++ })
				run.Start()
				require.NoError(t, source.Send(ctx, 1))
				synctest.Wait()
				require.Zero(t, ended)
				_ = end(cancel, run) // its error is another test's
				require.Equal(t, 1, ended)
				_ = run.Close()
				require.Equal(t, 1, ended)
			})
		})
	}
}
