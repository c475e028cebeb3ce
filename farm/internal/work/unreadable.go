package work

import (
	"context"
	"fmt"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"

	"github.com/avloom/avloom/farm/internal/flow"
)

// Activity is one as the SDK calls it. It decodes its input itself.
type Activity func(ctx context.Context, input converter.EncodedValues) (any, error)

// Decoded returns an activity that decodes its input for do. If it cannot, the task is given back,
// for a worker that can. The SDK would let the attempt fail, which would look like the death of a
// worker to later attempts.
func Decoded[In, Out any](a *Activities, do func(context.Context, In) (Out, error)) Activity {
	return func(ctx context.Context, input converter.EncodedValues) (any, error) {
		var in In
		if err := input.Get(&in); err != nil {
			return nil, a.unreadable(ctx, flow.Unreadable(err))
		}
		return do(ctx, in)
	}
}

// unreadable gives a task back that this worker cannot decode.
func (a *Activities) unreadable(ctx context.Context, err error) error {
	info := activity.GetInfo(ctx)
	beat := a.lastBeat(ctx)
	beat.Returned++
	_ = a.newRecorder(ctx).record(ctx, beat) // then this attempt counts as one that was lost
	task := fmt.Sprintf("%s of %s", info.ActivityType.Name, info.WorkflowExecution.ID)
	a.Log.Error("task given back", "task", task, "error", err)
	a.Node.Failed(task+" "+info.ActivityID, err)
	return temporal.NewApplicationError(shortText(fmt.Errorf("given back: %w", err)), flow.ErrReturned)
}
