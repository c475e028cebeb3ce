package flow

import (
	"errors"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
)

// filmsInBatch is how many films of a batch are made at a time. Each has many parts for all
// workers. With more films, all would be complete late, and their parts would fill the store.
const filmsInBatch = 4

// RunBatch makes the jobs of a batch once its run gives it leave. A job that fails does not stop
// the others. A cancelled batch ends with the results that it has.
func RunBatch(ctx workflow.Context, in Batch) (BatchEnd, error) {
	b := &batch{
		Batch: in, results: make([]*Result, len(in.Jobs)), films: make([]bool, len(in.Jobs)),
		places: workflow.NewSemaphore(ctx, filmsInBatch),
	}
	if err := b.answer(ctx); err != nil {
		return BatchEnd{}, err
	}
	ctx, b.stop = workflow.WithCancel(ctx)
	b.awaitLeave(ctx)
	if ctx.Err() == nil {
		b.makeAll(ctx)
	}
	end := b.end()
	state := BatchState{Batch: in.Index, Ended: true, Counts: end.Counts}
	// A run that is not there any more needs not know.
	_ = b.tell(ctx, EndedSignal, state).Get(ctx, nil)
	if ctx.Err() != nil {
		return end, temporal.NewCanceledError(end)
	}
	return end, nil
}

// batch is the workflow of a batch.
type batch struct {
	Batch
	stop    workflow.CancelFunc
	results []*Result // nil: the job has not ended
	films   []bool    // the jobs that are films which are made now
	places  workflow.Semaphore
	ended   int
}

// answer answers clients.
func (b *batch) answer(ctx workflow.Context) error {
	return errors.Join(
		workflow.SetQueryHandler(ctx, ProgressQuery, b.progress),
		workflow.SetQueryHandler(ctx, EndQuery, func() (BatchEnd, error) { return b.end(), nil }),
	)
}

func (b *batch) makeAll(ctx workflow.Context) {
	jobs := workflow.NewWaitGroup(ctx)
	for i := range b.Jobs {
		jobs.Go(ctx, func(ctx workflow.Context) {
			result := b.make(ctx, i)
			b.results[i] = &result
			b.ended++
			if 2*b.ended >= len(b.Jobs) && 2*(b.ended-1) < len(b.Jobs) && b.ended < len(b.Jobs) {
				b.tellHalf(ctx)
			}
		})
	}
	jobs.Wait(ctx)
}

// make makes a job.
func (b *batch) make(ctx workflow.Context, i int) Result {
	job := b.Jobs[i]
	task := Task{Settings: b.Settings, Job: job}
	made, err := plan(ctx, task, usual)
	var result Result
	switch {
	case err != nil:
		return failure(job, err, ctx.Err() != nil)
	case made.Result != nil:
		result = *made.Result
	case made.Film != nil:
		if result, err = b.makeFilm(ctx, i, FilmState{Task: task, Plan: *made.Film}); err != nil {
			return failure(job, err, ctx.Err() != nil)
		}
	default:
		return failure(job, errNothingMade, false)
	}
	result.ID, result.Path = job.ID, job.Path
	return result
}

var errNothingMade = temporal.NewNonRetryableApplicationError(
	"a worker has returned neither a file nor a plan", ErrFailed, nil)

// plan makes a clip, or plans a film.
func plan(ctx workflow.Context, task Task, priority int) (made Made, err error) {
	options := activityOptions(task.Settings, task.Settings.Queue, priority)
	options.Summary = summary(task.Job)
	err = workflow.ExecuteActivity(workflow.WithActivityOptions(ctx, options), MakeActivity, task).Get(ctx, &made)
	return made, err
}

// makeFilm makes a film, in a workflow of its own, when there is a place for it.
func (b *batch) makeFilm(ctx workflow.Context, i int, film FilmState) (result Result, err error) {
	if err = b.places.Acquire(ctx, 1); err != nil {
		return Result{}, err
	}
	defer b.places.Release(1)
	b.films[i] = true
	defer func() { b.films[i] = false }()
	ctx = workflow.WithChildOptions(ctx, workflow.ChildWorkflowOptions{
		WorkflowID:          FilmID(b.Settings.Run, b.Index, i),
		ParentClosePolicy:   enumspb.PARENT_CLOSE_POLICY_REQUEST_CANCEL, // it removes its parts
		WaitForCancellation: true,
	})
	err = workflow.ExecuteChildWorkflow(ctx, FilmWorkflow, film).Get(ctx, &result)
	if _, terminated := errors.AsType[*temporal.TerminatedError](err); terminated {
		sweep(ctx, FilmTask{Task: film.Task, Plan: film.Plan})
	}
	return result, err
}

// tellHalf tells the run that another batch may begin. If the run is not there any more, because
// somebody has terminated it, the batch stops.
func (b *batch) tellHalf(ctx workflow.Context) {
	told := b.tell(ctx, HalfSignal, b.Index)
	workflow.Go(ctx, func(ctx workflow.Context) {
		if told.Get(ctx, nil) != nil {
			b.stop()
		}
	})
}

// tell sends the run a signal, also when the batch is cancelled.
func (b *batch) tell(ctx workflow.Context, signal string, value any) workflow.Future {
	ctx, _ = workflow.NewDisconnectedContext(ctx)
	return workflow.SignalExternalWorkflow(ctx, b.Settings.Run, "", signal, value)
}

// end returns the results. Jobs that have none were stopped.
func (b *batch) end() BatchEnd {
	end := BatchEnd{Results: make([]Result, len(b.Jobs))}
	for i, result := range b.results {
		if result == nil {
			stopped := stopped(b.Jobs[i])
			result = &stopped
		}
		end.Results[i] = *result
		end.Counts.Add(*result)
	}
	return end
}

func (b *batch) progress() (BatchProgress, error) {
	progress := BatchProgress{}
	for i, result := range b.results {
		if result != nil {
			progress.Counts.Add(*result)
		}
		if b.films[i] {
			progress.Films = append(progress.Films, FilmID(b.Settings.Run, b.Index, i))
		}
	}
	return progress, nil
}
