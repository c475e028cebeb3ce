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
		end.Results, err = r.terminated(ctx, id, err)
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

// terminated returns what has become of the jobs of a batch that has no value, because somebody has
// terminated it. why is the error in place of the value.
func (r *Run) terminated(ctx context.Context, id string, why error) ([]flow.Result, error) {
	results, err := r.history(ctx, id, why)
	if !errors.Is(err, errEncoded) {
		return results, err
	}
	var end flow.BatchEnd
	if err := r.query(ctx, id, flow.EndQuery, &end); err != nil {
		return nil, fmt.Errorf("%w; a worker can read what is encrypted, but does not answer: %w", why, err)
	}
	for i, result := range end.Results {
		if result.Stopped {
			end.Results[i] = flow.Result{ID: result.ID, Path: result.Path, Error: endText(id, why)}
		}
	}
	return end.Results, nil
}

// errEncoded says that a data converter has encoded a history, which no call of the SDK decodes.
var errEncoded = errors.New("the history is encoded")

// endText says why a job of a batch without a value has no file.
func endText(id string, why error) string {
	if isTerminated(why) {
		return fmt.Sprintf("avloom: its workflow %s was terminated by hand", id)
	}
	return fmt.Sprintf("avloom: its workflow %s has failed: %v", id, why)
}

// history reads in the history of a batch what has become of its jobs.
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
				return nil, errEncoded
			}
		}
		if result, ok := resultIn(event); ok {
			made[result.ID] = result
		}
	}
	results := make([]flow.Result, len(batch.Jobs))
	for i, job := range batch.Jobs {
		result, ok := made[job.ID]
		if !ok {
			result = flow.Result{ID: job.ID, Path: job.Path, Error: endText(id, why)}
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
