package work

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/temporal"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/farm/internal/flow"
)

// TestServerEndsAttempts: what the server answers to a heartbeat ends the attempt, which is not the
// job's fault, within one beat.
func TestServerEndsAttempts(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ answer, cause error }{
		"cancelled":        {temporal.NewCanceledError(), errCancelled},
		"given to another": {serviceerror.NewNotFound("activity"), errGone},
		"no namespace":     {serviceerror.NewNamespaceNotFound("x"), errGone},
		"moved":            {serviceerror.NewNamespaceNotActive("x", "y", "z"), errGone},
		"paused":           {activity.ErrActivityPaused, errHeld},
		"reset":            {activity.ErrActivityReset, errHeld},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			began, cause := make(chan struct{}), error(nil)
			b := newBench(t, memoryStore(t), endedBy(began, &cause))
			go func() {
				<-began
				b.server.setAnswer(func(int) error { return c.answer })
			}()
			_, err := b.make(t, attemptOf{})
			require.Error(t, err)
			require.ErrorIs(t, cause, c.cause)
			last := b.server.last()
			require.Zero(t, last.Failures)
			require.Empty(t, b.node.failed)
			require.Empty(t, keysIn(t, b.Bucket))
			if errors.Is(c.cause, errCancelled) {
				return // a server's test has the SDK's answer
			}
			var app *temporal.ApplicationError
			require.ErrorAs(t, err, &app)
			require.Equal(t, flow.ErrReturned, app.Type())
			require.False(t, app.NonRetryable())
			require.Equal(t, temporal.ApplicationErrorCategoryBenign, app.Category())
			require.Equal(t, 1, last.Returned)
		})
	}
}

// TestServerIsAway: nothing of a clip is lost meanwhile.
func TestServerIsAway(t *testing.T) {
	t.Parallel()
	b := newBench(t, memoryStore(t), nil)
	calls := 0
	away := serviceerror.NewUnavailable("the server is being restarted")
	b.Renderers["clip"] = Renderer{Clip: clipOf(func(ctx context.Context, enc *api.Encoder, path string) error {
		calls++
		b.server.setAnswer(func(int) error { return away })
		b.server.await(5)
		n := b.server.count()
		b.server.setAnswer(func(k int) error {
			if k < n+5 {
				return away
			}
			return nil
		})
		return drawFrames(2)(ctx, enc, path)
	})}
	made, err := b.make(t, attemptOf{})
	require.NoError(t, err)
	require.EqualValues(t, 2, made.Result.Frames)
	require.Equal(t, 1, calls)
}

// TestTooLate: an attempt that is no longer the worker's when its file is complete puts it nowhere.
func TestTooLate(t *testing.T) {
	t.Parallel()
	b := newBench(t, memoryStore(t), nil)
	b.task.Settings.Heartbeat = time.Hour // no beat comes meanwhile
	b.Renderers["clip"] = Renderer{Clip: clipOf(func(ctx context.Context, enc *api.Encoder, path string) error {
		err := drawFrames(2)(ctx, enc, path)
		b.server.setAnswer(func(int) error { return serviceerror.NewNotFound("activity") })
		return err
	})}
	app, _ := b.fails(t, attemptOf{})
	require.Equal(t, flow.ErrReturned, app.Type())
	require.Empty(t, keysIn(t, b.Bucket))
}

// TestWorkerStops: what fails because of that, or meanwhile, is given back.
func TestWorkerStops(t *testing.T) {
	t.Parallel()
	stops := errors.New("the worker stops")
	t.Run("running", func(t *testing.T) {
		t.Parallel()
		began, cause := make(chan struct{}), error(nil)
		b := newBench(t, memoryStore(t), endedBy(began, &cause))
		app, _ := b.fails(t, attemptOf{end: func(end context.CancelCauseFunc) {
			go func() {
				<-began
				end(stops)
			}()
		}})
		require.Equal(t, flow.ErrReturned, app.Type())
		require.ErrorIs(t, cause, stops)
		last := b.server.last()
		require.Equal(t, flow.Beat{Frames: last.Frames, Returned: 1}, last)
	})
	t.Run("running, and wrong about the reason", func(t *testing.T) {
		t.Parallel()
		var endIt context.CancelCauseFunc
		b := newBench(t, memoryStore(t), func(ctx context.Context, _ *api.Encoder, _ string) error {
			endIt(stops)
			<-ctx.Done()
			return &PermanentError{ctx.Err()}
		})
		app, _ := b.fails(t, attemptOf{end: func(end context.CancelCauseFunc) { endIt = end }})
		require.Equal(t, flow.ErrReturned, app.Type())
	})
	t.Run("waiting", func(t *testing.T) {
		t.Parallel()
		b := newBench(t, memoryStore(t), drawFrames(1))
		close(b.node.stopping)
		b.node.enter = func(context.Context) error { return stops }
		app, _ := b.fails(t, attemptOf{before: &flow.Beat{Returned: 2}, number: 3})
		require.Equal(t, flow.ErrReturned, app.Type())
		last := b.server.last()
		require.Equal(t, flow.Beat{Returned: 3}, last)
	})
	t.Run("failing", func(t *testing.T) {
		t.Parallel()
		b := newBench(t, memoryStore(t), returns(errPoison))
		close(b.node.stopping)
		app, _ := b.fails(t, attemptOf{})
		require.Equal(t, flow.ErrReturned, app.Type())
		require.Empty(t, b.node.failed)
	})
	t.Run("wrong", func(t *testing.T) {
		t.Parallel()
		b := newBench(t, memoryStore(t), returns(&PermanentError{errPoison}))
		close(b.node.stopping)
		app, _ := b.fails(t, attemptOf{})
		require.Equal(t, flow.ErrPermanent, app.Type())
	})
}

// TestWorkerStopsWithoutServer: a worker that stops does not wait for a server that does not
// answer, neither before it puts a complete file into the store, nor to give the job back.
func TestWorkerStopsWithoutServer(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		grace time.Duration // a renderer that takes longer than this counts as left behind
		once  bool          // the server answers again after the worker has asked whether the job is its own
	}{
		"before the commit": {time.Minute, true},
		"giving back":       {50 * time.Millisecond, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var endIt context.CancelCauseFunc
			b := newBench(t, memoryStore(t), nil)
			b.grace, b.task.Settings.Heartbeat = c.grace, time.Hour
			b.Renderers["clip"] = Renderer{Clip: clipOf(func(ctx context.Context, enc *api.Encoder, path string) error {
				b.server.await(1) // the next beat comes after a second
				b.server.setSilent(func(ctx context.Context) error {
					endIt(errors.New("the worker stops"))
					if c.once {
						b.server.setSilent(nil)
					}
					<-ctx.Done()
					return ctx.Err()
				})
				return drawFrames(2)(ctx, enc, path)
			})}
			app, _ := b.fails(t, attemptOf{end: func(end context.CancelCauseFunc) { endIt = end }})
			require.Equal(t, flow.ErrReturned, app.Type())
			require.NotContains(t, app.Message(), "left behind")
			require.Empty(t, keysIn(t, b.Bucket))
		})
	}
}

// TestIdleness: time in which the process was stopped does not count.
func TestIdleness(t *testing.T) {
	t.Parallel()
	start := time.Now()
	i := idleness{every: time.Second, last: start}
	for _, c := range []struct {
		at       int // seconds
		advanced int64
		waiting  bool
		idle     int
	}{
		{1, 0, false, 1},
		{2, 0, false, 2},
		{3, 1, false, 0},
		{4, 1, false, 1},
		{5, 1, true, 0},
		{6, 1, false, 1},
		{606, 1, false, 3},
		{607, 1, false, 4},
		{608, 0, false, 0},
		{609, 0, false, 1},
	} {
		idle := i.add(start.Add(time.Duration(c.at)*time.Second), c.advanced, c.waiting)
		require.Equal(t, time.Duration(c.idle)*time.Second, idle, "after %d s", c.at)
	}
}
