package farm

import (
	"context"
	"errors"
	"fmt"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	taskqueuepb "go.temporal.io/api/taskqueue/v1"

	"github.com/avloom/avloom/farm/internal/flow"
)

// ErrNoWorker is in the error of Run.Progress while no worker takes tasks of the run's queue. The
// run waits for one, and so does Run.Wait, also if the run is cancelled: workers end it.
var ErrNoWorker = errors.New("no worker takes tasks of its queue")

// workers returns those that have asked for tasks of the run's queue in the last minutes, or since
// the server has been restarted. It is an error if there are none.
func (r *Run) workers(ctx context.Context, k known) ([]*taskqueuepb.PollerInfo, error) {
	answer, err := r.client.DescribeTaskQueue(ctx, k.GetTaskQueue(), enumspb.TASK_QUEUE_TYPE_WORKFLOW)
	switch {
	case err != nil:
		return nil, r.failed(ctx, "ask for its workers", err)
	case len(answer.GetPollers()) == 0:
		return nil, r.errorf("%w %q; %s", ErrNoWorker, k.GetTaskQueue(), k.outlook())
	default:
		return answer.GetPollers(), nil
	}
}

// outlook says what becomes of a run without workers.
func (k known) outlook() string {
	if k.cancelled {
		return "the run is cancelled, and ends as soon as a worker comes"
	}
	return "the run goes on as soon as one comes, and only workers know how far it is"
}

// unanswered explains why no worker has told the progress.
func (r *Run) unanswered(ctx context.Context, k known, workers []*taskqueuepb.PollerInfo, err error) error {
	if _, wrong := errors.AsType[*flow.UnreadableError](err); wrong {
		return r.failed(ctx, "read its progress", err)
	}
	if ctx.Err() != nil {
		return r.failed(ctx, "ask a worker for its progress", err)
	}
	if failure := r.failure(ctx); failure != nil {
		return r.errorf("workers of its queue %q cannot go on with it; their logs say more: %w", k.GetTaskQueue(), failure)
	}
	if !isLate(err) {
		return r.failed(ctx, "ask a worker for its progress", err)
	}
	last := workers[0]
	for _, worker := range workers[1:] {
		if worker.GetLastAccessTime().AsTime().After(last.GetLastAccessTime().AsTime()) {
			last = worker
		}
	}
	ago := time.Since(last.GetLastAccessTime().AsTime()).Round(time.Second)
	return r.errorf("%w %q: none has answered within %v, and the last one that has asked for tasks, %s, did so %v ago; "+
		"%s: %w", ErrNoWorker, k.GetTaskQueue(), patience, last.GetIdentity(), ago, k.outlook(), err)
}

// isLate reports whether an error says that nobody has answered in time.
func isLate(err error) bool {
	_, late := errors.AsType[*serviceerror.DeadlineExceeded](err)
	return late || errors.Is(err, context.DeadlineExceeded)
}

// failure returns why workers could not go on with the run, or nil.
func (r *Run) failure(ctx context.Context) (failure error) {
	events := r.client.GetWorkflowHistory(ctx, r.id, "", false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for events.HasNext() {
		event, err := events.Next()
		if err != nil {
			return failure
		}
		switch event.GetEventType() {
		case enumspb.EVENT_TYPE_WORKFLOW_TASK_FAILED:
			failed := event.GetWorkflowTaskFailedEventAttributes()
			text := failed.GetFailure().GetMessage()
			if failed.GetFailure().GetEncodedAttributes() != nil {
				text = "it has encrypted the reason"
			}
			failure = fmt.Errorf("%s: %s", failed.GetIdentity(), text)
		case enumspb.EVENT_TYPE_WORKFLOW_TASK_COMPLETED:
			failure = nil
		default:
		}
	}
	return failure
}
