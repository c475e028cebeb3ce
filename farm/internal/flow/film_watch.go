package flow

import (
	"time"

	"go.temporal.io/sdk/workflow"
)

const (
	// minWatch is after how much time without an ended part a film asks for workers of its build.
	// It asks after twice the time when there were some, up to maxWatch.
	minWatch = time.Minute
	maxWatch = 16 * time.Minute
	// sweepPatience is how long a film waits for a worker that removes its parts.
	sweepPatience = time.Hour
)

// watched calls do with a context that is cancelled when no worker of the film's build is there.
// Then it returns errGone.
func (f *film) watched(ctx workflow.Context, do func(ctx workflow.Context) error) error {
	inner, stop := workflow.WithCancel(ctx)
	gone := false
	workflow.Go(inner, func(inner workflow.Context) {
		if f.awaitGone(inner) {
			gone = true
			stop()
		}
	})
	err := do(inner)
	stop()
	if gone && isCancelled(err) && ctx.Err() == nil {
		return errGone
	}
	return err
}

// awaitGone returns true when no worker of the film's build is there, or false when ctx is
// cancelled. A worker that does not answer for a while, because all its places are taken, is no
// harm: any worker plans the film again, and one of the same build makes the same parts.
func (f *film) awaitGone(ctx workflow.Context) bool {
	wait, seen := minWatch, f.ended
	for {
		if workflow.Sleep(ctx, wait) != nil {
			return false
		}
		if f.ended != seen {
			wait, seen = minWatch, f.ended
			continue
		}
		there := true // also if the server does not know
		survey := Survey{Queue: f.Task.Settings.Queue, Build: f.Plan.Build, Now: workflow.Now(ctx)}
		err := workflow.ExecuteLocalActivity(askOptions(ctx), SurveyActivity, survey).Get(ctx, &there)
		if ctx.Err() != nil {
			return false
		}
		if err == nil && !there {
			return true
		}
		wait = min(2*wait, maxWatch)
	}
}
