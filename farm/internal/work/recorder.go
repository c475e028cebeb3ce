package work

import (
	"context"

	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/temporal"

	"github.com/avloom/avloom/farm/internal/flow"
)

// recorder tells the server the beats of one attempt. It calls the server's service and not the
// SDK's client, which would encode them with a data converter that clients cannot undo: see
// flow.Beat.
type recorder struct {
	service  workflowservice.WorkflowServiceClient
	token    []byte
	identity string
	space    string
}

// newRecorder returns that of the attempt whose context this is.
func (a *Activities) newRecorder(ctx context.Context) recorder {
	info := activity.GetInfo(ctx)
	return recorder{a.Client.WorkflowService(), info.TaskToken, a.Identity, info.Namespace}
}

// record tells the server a beat. Its errors are those of client.RecordActivityHeartbeat.
func (r recorder) record(ctx context.Context, beat flow.Beat) error {
	answer, err := r.service.RecordActivityTaskHeartbeat(ctx, &workflowservice.RecordActivityTaskHeartbeatRequest{
		TaskToken: r.token, Details: beat.Encode(), Identity: r.identity, Namespace: r.space,
	})
	switch {
	case err != nil:
		return err
	case answer.GetCancelRequested():
		return temporal.NewCanceledError()
	case answer.GetActivityPaused():
		return activity.ErrActivityPaused
	case answer.GetActivityReset():
		return activity.ErrActivityReset
	default:
		return nil
	}
}

// lastBeat returns what the last attempt has told.
func (a *Activities) lastBeat(ctx context.Context) (beat flow.Beat) {
	if !activity.HasHeartbeatDetails(ctx) || activity.GetHeartbeatDetails(ctx, &beat) == nil {
		return beat
	}
	// The data converter refuses what it has not encoded itself: the server is asked for it.
	info := activity.GetInfo(ctx)
	described, err := a.Client.DescribeWorkflowExecution(ctx, info.WorkflowExecution.ID, info.WorkflowExecution.RunID)
	if err != nil {
		return flow.Beat{} // as if there had been none
	}
	for _, task := range described.GetPendingActivities() {
		if task.GetActivityId() == info.ActivityID {
			beat, _ = flow.DecodeBeat(task.GetHeartbeatDetails()) // of another version: as if there had been none
		}
	}
	return beat
}
