package work

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/farm/internal/flow"
)

func returns(err error) func(context.Context, *api.Encoder, string) error {
	return func(context.Context, *api.Encoder, string) error { return err }
}

// TestFailuresAreCounted: over all attempts, whatever else has ended some of them.
func TestFailuresAreCounted(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		number int
		before *flow.Beat
		final  bool
		node   int // failures that count against the machine
	}{
		{1, nil, false, 1},
		{2, &flow.Beat{Failures: 1, Frames: 9}, false, 0},
		{2, &flow.Beat{}, false, 1}, // the first worker has died
		{3, &flow.Beat{Failures: 2}, true, 0},
		{8, &flow.Beat{Failures: 1, Returned: 6}, false, 0},
		{9, &flow.Beat{Failures: 2, Returned: 6}, true, 0},
		{5, &flow.Beat{Failures: 7}, true, 0}, // Attempts was more in an earlier version of the run
	} {
		b := newBench(t, memoryStore(t), returns(errPoison))
		app, f := b.fails(t, attemptOf{number: c.number, before: c.before})
		require.Equal(t, "poison", app.Message())
		require.Equal(t, flow.ErrFailed, app.Type())
		require.Equal(t, c.final, app.NonRetryable(), "%+v", c)
		require.Equal(t, c.number, f.Attempts)
		last := b.server.last()
		want := 1
		if c.before != nil {
			want += c.before.Failures
		}
		require.Equal(t, want, last.Failures)
		require.Zero(t, last.Frames)
		require.Len(t, b.node.failed, c.node, "%+v", c)
		require.Zero(t, b.node.succeeded+b.node.inside)
	}
}

// TestFinalErrors: another attempt would not mend them.
func TestFinalErrors(t *testing.T) {
	t.Parallel()
	config := &api.ConfigError{Field: "Codec", Value: "x", Reason: "no", Supported: []string{"y"}}
	for _, c := range []struct {
		err   error
		kind  string
		final bool
		text  string
	}{
		{config, flow.ErrConfig, true, `Codec "x": no (supported: y)`},
		{fmt.Errorf("clip 3: %w", config), flow.ErrConfig, true, `clip 3: avloom: Codec "x": no (supported: y)`},
		{&PermanentError{errPoison}, flow.ErrPermanent, true, "poison"},
		{fmt.Errorf("clip 3: %w", &PermanentError{errPoison}), flow.ErrPermanent, true, "clip 3: poison"},
		{errors.Join(errPoison, &PermanentError{errPoison}), flow.ErrPermanent, true, "poison\npoison"},
		{errors.New(strings.Repeat("ä", 5000)), flow.ErrFailed, false, strings.Repeat("ä", 1000) + "…"},
		{errors.New("\xff"), flow.ErrFailed, false, "\uFFFD"},
		{context.Canceled, flow.ErrFailed, false, "context canceled"}, // the renderer's own affair
	} {
		b := newBench(t, memoryStore(t), returns(c.err))
		app, _ := b.fails(t, attemptOf{})
		require.Equal(t, c.text, app.Message())
		require.Equal(t, c.kind, app.Type())
		require.Equal(t, c.final, app.NonRetryable())
		require.Equal(t, c.final, len(b.node.failed) == 0, "what is final is not the machine's fault")
	}
}

// TestRenderersThatBreak: they fail, and take nobody with them.
func TestRenderersThatBreak(t *testing.T) {
	t.Parallel()
	for text, draw := range map[string]func(context.Context, *api.Encoder, string) error{
		"panic: poison":               func(context.Context, *api.Encoder, string) error { panic(errPoison) },
		"runtime.Goexit":              func(context.Context, *api.Encoder, string) error { runtime.Goexit(); return nil },
		"without opening the encoder": func(context.Context, *api.Encoder, string) error { return nil },
		"wrote nothing to the path": func(ctx context.Context, enc *api.Encoder, path string) error {
			return drawFrames(1)(ctx, enc, path+".mp4")
		},
	} {
		b := newBench(t, memoryStore(t), draw)
		app, _ := b.fails(t, attemptOf{})
		require.ErrorContains(t, app, text)
		require.Equal(t, flow.ErrFailed, app.Type())
		require.False(t, app.NonRetryable())
		require.Less(t, len(app.Message()), 300, "no stack")
		require.Empty(t, keysIn(t, b.Bucket))
	}
}

// TestUnknownNames: of a renderer, and of a container.
func TestUnknownNames(t *testing.T) {
	t.Parallel()
	b := newBench(t, memoryStore(t), drawFrames(1))
	b.task.Job.Path = "clips/1.nonsense"
	app, _ := b.fails(t, attemptOf{})
	require.ErrorContains(t, app, `Path "clips/1.nonsense": no container has this extension`)
	require.Equal(t, flow.ErrConfig, app.Type())
	b.task.Job.Renderer = "nobody"
	app, _ = b.fails(t, attemptOf{})
	require.ErrorContains(t, app, `Renderer "nobody": the worker does not know it (supported: clip)`)
	require.True(t, app.NonRetryable())
}

// TestLostWorkers: attempts that have ended without a word.
func TestLostWorkers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		number int
		before *flow.Beat
		alone  bool
	}{
		{1, nil, false},
		{2, nil, false},
		{3, nil, true},
		{3, &flow.Beat{Failures: 1}, false},
		{10, &flow.Beat{Failures: 1, Returned: 7}, false},
		{10, &flow.Beat{Failures: 1, Returned: 6}, true},
		{10, nil, true},
		{21, &flow.Beat{Returned: 11}, true},
		{1, &flow.Beat{Failures: 1}, false}, // the attempts were reset on Temporal's page
	} {
		b := newBench(t, memoryStore(t), drawFrames(1))
		b.task.Settings.Threads = 3
		_, err := b.make(t, attemptOf{number: c.number, before: c.before})
		require.NoError(t, err)
		require.Equal(t, []bool{c.alone}, b.node.alone, "%+v", c)
		require.Equal(t, []int{3}, b.node.threads)
	}
	b := newBench(t, memoryStore(t), drawFrames(1))
	app, f := b.fails(t, attemptOf{number: 11})
	require.Equal(t, flow.ErrLost, app.Type())
	require.True(t, app.NonRetryable())
	require.ErrorContains(t, app, "10 workers died")
	require.Equal(t, 11, f.Attempts)
	require.Empty(t, b.node.alone, "it was not begun")
}

// endedBy renders until its context ends, and then returns its cause.
func endedBy(began chan<- struct{}, cause *error) func(context.Context, *api.Encoder, string) error {
	return func(ctx context.Context, enc *api.Encoder, path string) error {
		if err := drawFrames(2)(ctx, enc, path); err != nil {
			return err
		}
		close(began)
		<-ctx.Done()
		*cause = context.Cause(ctx)
		return ctx.Err()
	}
}

// TestStall: a renderer that does not advance is ended, and has failed, once.
func TestStall(t *testing.T) {
	t.Parallel()
	began, cause := make(chan struct{}), error(nil)
	b := newBench(t, memoryStore(t), endedBy(began, &cause))
	b.task.Settings.Stall = 200 * time.Millisecond
	app, _ := b.fails(t, attemptOf{})
	require.Equal(t, "no frame for 200ms (RunConfig.Stall)", app.Message())
	require.Equal(t, flow.ErrFailed, app.Type())
	require.ErrorAs(t, cause, new(*StallError))
	last := b.server.last()
	require.Equal(t, 1, last.Failures)
	require.Equal(t, []string{"job"}, b.node.failed)
}

// TestRendererThatStays: an attempt ends even if its renderer ignores the end of its context.
func TestRendererThatStays(t *testing.T) {
	ignore := goleak.IgnoreCurrent()
	release := make(chan struct{})
	b := newBench(t, memoryStore(t), func(ctx context.Context, enc *api.Encoder, path string) error {
		<-release
		return drawFrames(1)(context.Background(), enc, path)
	})
	b.task.Settings.Stall = 100 * time.Millisecond
	app, _ := b.fails(t, attemptOf{number: 3, before: &flow.Beat{Failures: 2}})
	require.ErrorContains(t, app, "no frame for 100ms (RunConfig.Stall), and the renderer did not return")
	require.True(t, app.NonRetryable())
	require.Zero(t, b.node.inside)
	close(release) // the renderer comes back, and its work is for nothing
	goleak.VerifyNone(t, ignore)
	require.Empty(t, keysIn(t, b.Bucket))
}

// TestWaitingIsNoStall: the machine has no room yet.
func TestWaitingIsNoStall(t *testing.T) {
	t.Parallel()
	b := newBench(t, memoryStore(t), drawFrames(1))
	b.task.Settings.Stall = 100 * time.Millisecond // five beats
	b.node.enter = func(ctx context.Context) error {
		b.server.await(10)
		return cmp.Or(context.Cause(ctx), errPoison)
	}
	app, _ := b.fails(t, attemptOf{})
	require.Equal(t, "poison", app.Message())
}
