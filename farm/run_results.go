package farm

import (
	"context"
	"errors"
	"fmt"

	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"

	"github.com/avloom/avloom/api"
	"github.com/avloom/avloom/farm/internal/flow"
)

// results returns what has become of the jobs of a batch that has ended.
func (r *Run) results(ctx context.Context, index int, cause error) ([]api.JobResult, error) {
	id, end := flow.BatchID(r.id, index), flow.BatchEnd{}
	err := r.client.GetWorkflow(ctx, id, "").Get(ctx, &end)
	switch cancelled, ok := errors.AsType[*temporal.CanceledError](err); {
	case err == nil:
	case ctx.Err() != nil:
		return nil, err
	case ok && cancelled.HasDetails():
		err = cancelled.Details(&end)
	default:
		end.Results, err = r.history(ctx, id, err)
	}
	if err != nil {
		return nil, fmt.Errorf("read the results of %s: %w", id, err)
	}
	results := make([]api.JobResult, len(end.Results))
	for i, result := range end.Results {
		results[i] = jobResult(result, cause)
	}
	return results, nil
}

// history reads in the history of a batch what has become of its jobs, because somebody has
// terminated it: it has no value.
func (r *Run) history(ctx context.Context, id string, why error) ([]flow.Result, error) {
	var batch flow.Batch
	made := map[string]flow.Result{}
	events := r.client.GetWorkflowHistory(ctx, id, "", false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for events.HasNext() {
		event, err := events.Next()
		if err != nil {
			return nil, err
		}
		if started := event.GetWorkflowExecutionStartedEventAttributes(); started != nil {
			err = converter.GetDefaultDataConverter().FromPayloads(started.GetInput(), &batch)
			if err != nil {
				return nil, err
			}
		}
		if result, ok := resultIn(event); ok {
			made[result.ID] = result
		}
	}
	text := fmt.Sprintf("avloom: its workflow %s has failed: %v", id, why)
	if _, ok := errors.AsType[*temporal.TerminatedError](why); ok {
		text = fmt.Sprintf("avloom: its workflow %s was terminated by hand", id)
	}
	results := make([]flow.Result, len(batch.Jobs))
	for i, job := range batch.Jobs {
		result, ok := made[job.ID]
		if !ok {
			result = flow.Result{ID: job.ID, Path: job.Path, Error: text}
		}
		results[i] = result
	}
	return results, nil
}

// resultIn returns the result of a clip, or of a film, that an event tells.
func resultIn(event *historypb.HistoryEvent) (result flow.Result, ok bool) {
	decoder := converter.GetDefaultDataConverter()
	if clip := event.GetActivityTaskCompletedEventAttributes(); clip != nil {
		var made flow.Made
		if decoder.FromPayloads(clip.GetResult(), &made) != nil || made.Result == nil {
			return flow.Result{}, false
		}
		return *made.Result, true
	}
	if film := event.GetChildWorkflowExecutionCompletedEventAttributes(); film != nil {
		return result, decoder.FromPayloads(film.GetResult(), &result) == nil
	}
	return flow.Result{}, false
}
