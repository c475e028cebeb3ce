package work

import (
	"context"
	"errors"
	"fmt"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/temporal"

	"github.com/avloom/avloom/farm/internal/flow"
)

// longestPoll is after which time a worker that is there asks for tasks again: the server lets it
// wait for a minute. The server tells of those that are gone for five minutes more.
const longestPoll = 100 * time.Second

// Survey returns whether workers of a build are there: one asks for tasks, or makes a part of the
// film that asks. A worker whose places are all taken by other jobs does not ask for tasks.
func (a *Activities) Survey(ctx context.Context, survey flow.Survey) (bool, error) {
	queue := flow.BuildQueue(survey.Queue, survey.Build)
	answer, err := a.Client.DescribeTaskQueue(ctx, queue, enumspb.TASK_QUEUE_TYPE_ACTIVITY)
	if err != nil {
		return false, fmt.Errorf("ask for the workers of %s: %w", queue, err)
	}
	for _, worker := range answer.GetPollers() {
		if survey.Now.Sub(worker.GetLastAccessTime().AsTime()) < longestPoll {
			return true, nil
		}
	}
	film := activity.GetInfo(ctx).WorkflowExecution
	state, err := a.Client.DescribeWorkflowExecution(ctx, film.ID, film.RunID)
	if err != nil {
		return false, fmt.Errorf("ask for the parts of %s: %w", film.ID, err)
	}
	for _, part := range state.GetPendingActivities() {
		if part.GetState() != enumspb.PENDING_ACTIVITY_STATE_SCHEDULED {
			return true, nil
		}
	}
	return false, nil
}

// Presence returns whether a run goes on.
func (a *Activities) Presence(ctx context.Context, run string) (bool, error) {
	described, err := a.Client.DescribeWorkflowExecution(ctx, run, "")
	if _, ok := errors.AsType[*serviceerror.NotFound](err); ok {
		return false, nil // it has been forgotten, or deleted
	}
	if err != nil {
		return false, fmt.Errorf("ask for %s: %w", run, err)
	}
	return described.GetWorkflowExecutionInfo().GetStatus() == enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING, nil
}

// Census returns what has become of batches. The jobs of a batch that somebody has terminated count
// as failed.
func (a *Activities) Census(ctx context.Context, census flow.Census) ([]flow.BatchState, error) {
	states := make([]flow.BatchState, 0, len(census.Batches))
	for _, batch := range census.Batches {
		state, err := a.batchState(ctx, census.Run, batch)
		if err != nil {
			return states, err
		}
		states = append(states, state)
	}
	return states, nil
}

func (a *Activities) batchState(ctx context.Context, run string, batch int) (flow.BatchState, error) {
	state, id := flow.BatchState{Batch: batch}, flow.BatchID(run, batch)
	described, err := a.Client.DescribeWorkflowExecution(ctx, id, "")
	if _, ok := errors.AsType[*serviceerror.NotFound](err); ok {
		state.Ended = true // somebody has deleted it, with all that was known of it
		return state, nil
	}
	if err != nil {
		return state, fmt.Errorf("ask for %s: %w", id, err)
	}
	if described.GetWorkflowExecutionInfo().GetStatus() == enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING {
		return state, nil
	}
	state.Ended = true
	end := flow.BatchEnd{}
	err = a.Client.GetWorkflow(ctx, id, "").Get(ctx, &end)
	if cancelled, ok := errors.AsType[*temporal.CanceledError](err); ok && cancelled.HasDetails() {
		err = cancelled.Details(&end)
	}
	if state.Counts = end.Counts; err != nil {
		var note flow.BatchNote
		if err := flow.ReadNote(ctx, a.Client, id, "", &note); err != nil {
			return state, fmt.Errorf("ask for the jobs of %s: %w", id, err)
		}
		state.Counts = flow.Counts{Failed: note.Jobs}
	}
	return state, nil
}
