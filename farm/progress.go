package farm

import (
	"context"
	"errors"
	"fmt"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	workflowpb "go.temporal.io/api/workflow/v1"

	"github.com/avloom/avloom/farm/internal/flow"
)

// Progress says how far a run has come.
type Progress struct {
	// Jobs is how many jobs the server has until now.
	Jobs int
	// Complete says that these are all: Start has come to the end of the jobs.
	Complete bool
	// Ended says that no job is made any more. Wait does not wait.
	Ended bool
	// Done jobs have made their file. Failed jobs are not tried again. Skipped jobs had a file
	// (RunConfig.Resume). Stopped jobs had not ended when the run was cancelled.
	Done, Failed, Skipped, Stopped int
	// Running is on how many clips and parts of films workers work now.
	Running int
	// Frames is how many video frames are encoded, those of jobs that have not ended, too.
	Frames int64
	// Elapsed is how long ago the run began, or how long it took.
	Elapsed time.Duration
	// Left is about how much longer it takes, if the rest of the jobs is like those that have
	// ended. 0: nobody knows, or the run has ended.
	Left time.Duration
}

// patience is how long Progress waits for a worker's answer.
const patience = 10 * time.Second

var errNoAnswer = errors.New("the server has not answered in time")

// Progress returns how far the run has come. Of a run that goes on, a worker answers: if none is
// there, or none answers within ten seconds, the error says so. Each call costs the server a few
// questions; a call each second is fine.
func (r *Run) Progress(ctx context.Context) (Progress, error) {
	ctx, stop := context.WithTimeoutCause(ctx, 2*patience, errNoAnswer)
	defer stop()
	info, err := r.describe(ctx)
	if err != nil {
		return Progress{}, err
	}
	if !isOpen(info) {
		end, _, err := r.await(ctx)
		if err != nil {
			return Progress{}, err
		}
		p := Progress{Jobs: end.Fed.Jobs, Complete: end.Fed.Complete, Ended: true, Elapsed: end.Took}
		p.add(end.Counts)
		return p, nil
	}
	return r.ask(ctx, info)
}

// ask asks the workflows of a run that goes on.
func (r *Run) ask(ctx context.Context, info *workflowpb.WorkflowExecutionInfo) (Progress, error) {
	if err := r.checkWorkers(ctx, info.GetTaskQueue()); err != nil {
		return Progress{}, err
	}
	bounded, stop := context.WithTimeout(ctx, patience)
	defer stop()
	var known flow.RunProgress
	err := r.query(bounded, r.id, flow.ProgressQuery, &known)
	p := Progress{Jobs: known.Fed.Jobs, Complete: known.Fed.Complete, Elapsed: time.Since(known.Began)}
	p.add(known.Counts)
	var open openJobs
	if err == nil {
		open, err = r.askBatches(bounded, known.Open)
	}
	if err != nil {
		return Progress{}, r.unanswered(ctx, info.GetTaskQueue(), err)
	}
	p.add(open.counts)
	p.Running, p.Frames = open.running, p.Frames+open.frames
	p.estimate(open.parts)
	return p, nil
}

// checkWorkers returns an error if no worker asks for tasks of a queue. The server knows those of
// the last minutes, and after a restart those that have asked since.
func (r *Run) checkWorkers(ctx context.Context, queue string) error {
	answer, err := r.client.DescribeTaskQueue(ctx, queue, enumspb.TASK_QUEUE_TYPE_WORKFLOW)
	switch {
	case err != nil:
		return r.failed(ctx, "ask for its workers", err)
	case len(answer.GetPollers()) == 0:
		return r.errorf("the server knows no worker on its queue %q, and only workers know the progress", queue)
	default:
		return nil
	}
}

// unanswered explains why no worker has answered.
func (r *Run) unanswered(ctx context.Context, queue string, err error) error {
	if ctx.Err() != nil {
		return r.failed(ctx, "ask a worker for its progress", err)
	}
	if failure := r.failure(ctx); failure != nil {
		return r.errorf("workers of its queue %q cannot go on with it; their logs say more: %w", queue, failure)
	}
	return r.errorf("no worker on its queue %q has answered within %v, and only workers know the progress: %w",
		queue, patience, err)
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
			failure = fmt.Errorf("%s: %s", failed.GetIdentity(), failed.GetFailure().GetMessage())
		case enumspb.EVENT_TYPE_WORKFLOW_TASK_COMPLETED:
			failure = nil
		default:
		}
	}
	return failure
}

func (p *Progress) add(c flow.Counts) {
	p.Done += c.Done
	p.Failed += c.Failed
	p.Skipped += c.Skipped
	p.Stopped += c.Stopped
	p.Frames += c.Frames
}

// estimate sets Left. parts is how much of films is made, in jobs.
func (p *Progress) estimate(parts float64) {
	made := float64(p.Done+p.Failed) + parts
	rest := float64(p.Jobs-p.Done-p.Failed-p.Skipped-p.Stopped) - parts
	if p.Complete && made > 0 && rest > 0 {
		p.Left = time.Duration(float64(p.Elapsed) / made * rest)
	}
}
