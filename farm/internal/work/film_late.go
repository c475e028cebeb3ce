package work

import (
	"context"
	"errors"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/activity"

	"github.com/avloom/avloom/farm/internal/depot"
	"github.com/avloom/avloom/farm/internal/flow"
)

// latePatience is how long a worker tries to find out whether its film still needs a part.
const latePatience = 30 * time.Second

// removeLate removes a part that may have come into the store after the parts of its film were
// removed: the worker has been given up meanwhile, or the film was cancelled. If the film goes on,
// a part is what another attempt would have made.
func (a *Activities) removeLate(ctx context.Context, key string) {
	film := activity.GetInfo(ctx).WorkflowExecution.ID
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), latePatience)
	defer cancel()
	for {
		needed, known := a.needsParts(ctx, film)
		if known && !needed {
			if err := depot.Remove(ctx, a.Bucket, key); err != nil {
				a.Log.Warn("a part was left in the store", "key", key, "error", err)
			}
		}
		if known {
			return
		}
		select {
		case <-ctx.Done():
			a.Log.Warn("a part may be left in the store", "key", key, "error", context.Cause(ctx))
			return
		case <-time.After(askAgain):
		}
	}
}

// needsParts returns whether a film still makes or joins parts. That is not known between two steps
// of the film, or if the server does not answer.
func (a *Activities) needsParts(ctx context.Context, film string) (needed, known bool) {
	state, err := a.Client.DescribeWorkflowExecution(ctx, film, "")
	if _, gone := errors.AsType[*serviceerror.NotFound](err); gone {
		return false, true
	}
	if err != nil {
		return false, false
	}
	if state.GetWorkflowExecutionInfo().GetStatus() != enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING {
		return false, true
	}
	for _, task := range state.GetPendingActivities() {
		if task.GetActivityType().GetName() == flow.SweepActivity {
			return false, true
		}
		known = true
	}
	return known, known
}
