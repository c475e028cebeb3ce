package local

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/internal/fault"
)

var errProgressExited = errors.New("farm: Progress called runtime.Goexit, as t.FailNow does, which stops all jobs")

// end records how a job ended and calls Progress.
func (c *call) end(ctx context.Context, stop context.CancelCauseFunc, result *api.JobResult) {
	c.mu.Lock()
	defer c.mu.Unlock()
	stopped := isStopped(ctx, result)
	now := time.Now()
	c.pace.End(result, result.Skipped, now)
	c.progress.Running--
	switch {
	case result.Err != nil:
		c.progress.Failed++
	case result.Skipped:
		c.progress.Skipped++
	default:
		c.progress.Done++
	}
	c.results = append(c.results, *result)
	if result.Err != nil && !stopped {
		c.failed = append(c.failed, *result)
		if c.cfg.FailFast {
			stop(fmt.Errorf("farm: stopped, because %s failed: %w", result.ID, fault.WithoutPrefix(result.Err)))
		}
	}
	c.tell(stop, result, now)
}

// tell calls Progress. A panic, or runtime.Goexit, stops all jobs. The caller holds the mutex.
func (c *call) tell(stop context.CancelCauseFunc, last *api.JobResult, now time.Time) {
	if c.cfg.Progress == nil || c.panicked != nil || c.exited != nil {
		return
	}
	c.progress.Last, c.progress.Elapsed = *last, now.Sub(c.start)
	c.progress.Total = c.pace.Total(c.cfg.Total, c.cfg.Shard.Count)
	c.progress.Left = c.pace.Left(c.progress.Total, now)
	returned := false
	defer func() {
		if returned {
			return
		}
		if v := recover(); v != nil {
			c.panicked = v
			stop(fmt.Errorf("farm: Progress has panicked: %v", v))
			return
		}
		c.exited = errProgressExited
		stop(c.exited)
	}()
	c.cfg.Progress(c.progress)
	returned = true
}

// isStopped says whether a job ended because ctx ended. If so, the cause of ctx is its error.
func isStopped(ctx context.Context, result *api.JobResult) bool {
	if result.Err == nil || ctx.Err() == nil {
		return false
	}
	cause := context.Cause(ctx)
	if !errors.Is(result.Err, cause) && !errors.Is(result.Err, ctx.Err()) {
		return false
	}
	result.Err = cause
	return true
}

// err returns the error of Run. complete says that it came to the end of the jobs.
func (c *call) err(ctx context.Context, complete bool) error {
	var cause error
	if ctx.Err() != nil && (!complete || c.progress.Failed > len(c.failed)) {
		cause = context.Cause(ctx)
	}
	if len(c.failed) == 0 {
		return cause
	}
	return &api.RenderError{Failed: c.failed, Err: cause}
}
